"""The contract of `engine.setup.Setup`, for what arranges models."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from fiction.engine.setup import ModelConfig, Setup
from fiction.errors import FictionError
from fiction.paths import Home
from fiction.wiring.game import LocalGame
from support.tui_game import Arranging

KEY = "sk-very-secret-0123456789"
HERE = ModelConfig("http://127.0.0.1:11434/v1", "gemma4:12b")
PAID = ModelConfig("https://openrouter.ai/api/v1", "openai/gpt-6-luna", KEY, name="paid")

SETUPS: dict[str, Callable[[Path], Setup]] = {
    "of a home": lambda home: LocalGame(Home.at(home), environment={}).setup,
    "the tests' own": lambda _: Arranging(),
}


@pytest.fixture(params=SETUPS)
def setup(request: pytest.FixtureRequest, home: Path) -> Setup:
    return SETUPS[str(request.param)](home)


def test_it_offers_services_and_models(setup: Setup) -> None:
    assert all(each.name and each.base_url.startswith("https://") for each in setup.providers())
    assert setup.providers()
    assert all(each.title and each.size > 0 for each in setup.recommended())
    assert setup.recommended()
    assert setup.runners() == ()


def test_what_is_kept_is_listed_without_its_key_the_default_first(setup: Setup) -> None:
    assert setup.model_configs() == ()
    setup.keep(HERE)
    setup.keep(PAID)
    assert setup.model_configs() == (HERE, dataclasses.replace(PAID, api_key=""))
    assert KEY not in repr(setup.model_configs())


def test_a_name_is_kept_once(setup: Setup) -> None:
    setup.keep(PAID)
    setup.keep(dataclasses.replace(PAID, model="another"))
    assert [(config.name, config.model) for config in setup.model_configs()] == [("paid", "another")]


def test_what_is_forgotten_is_listed_no_more(setup: Setup) -> None:
    setup.keep(HERE)
    setup.keep(PAID)
    setup.forget("paid")
    assert setup.model_configs() == (HERE,)
    with pytest.raises(FictionError):
        setup.forget("paid")
    assert setup.model_configs() == (HERE,)
