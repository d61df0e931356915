"""Models, kept in the settings and taken out again."""

import dataclasses
from pathlib import Path

import pytest
from setup.conftest import KEY, Machine, listed, played_through

from fiction.config import SettingsFile, load, set_value
from fiction.engine.setup import ModelConfig, Setup
from fiction.errors import FictionError, SettingsError
from fiction.llm.connections import Connections
from fiction.setup.children import Children
from fiction.setup.model_setup import ModelSetup

HERE = ModelConfig("http://127.0.0.1:11434/v1", "gemma4:12b")
PAID = ModelConfig("https://openrouter.ai/api/v1", "openai/gpt-6-luna", KEY)


def key_of(kept: SettingsFile, name: str = "") -> str:
    settings = kept.configuration.settings
    return (settings.servers[name] if name else settings.server).api_key.get_secret_value()


def test_it_is_what_faces_are_promised(arranging: ModelSetup) -> None:
    setup: Setup = arranging
    assert setup.model_configs() == ()
    assert setup.runners() == ()
    assert setup.providers()
    assert setup.recommended()


def test_a_model_without_a_name_tells_new_stories(arranging: ModelSetup, kept: SettingsFile) -> None:
    set_value(kept.file, "storyteller", "offline")
    arranging.keep(HERE)
    assert arranging.model_configs() == (HERE,)
    assert kept.configuration.settings.new_storyteller == "model"


def test_models_are_shown_without_their_keys_the_one_without_a_name_first(
    arranging: ModelSetup, kept: SettingsFile
) -> None:
    arranging.keep(ModelConfig(PAID.base_url, PAID.model, KEY, name="paid"))
    arranging.keep(HERE)
    assert arranging.model_configs() == (HERE, ModelConfig(PAID.base_url, PAID.model, name="paid"))
    assert KEY not in repr(arranging.model_configs())
    assert key_of(kept, "paid") == KEY
    assert kept.file.stat().st_mode & 0o077 == 0


def test_another_model_at_the_same_address_keeps_the_key_and_another_address_does_not(
    arranging: ModelSetup, kept: SettingsFile
) -> None:
    arranging.keep(PAID)
    arranging.keep(ModelConfig(PAID.base_url, "openai/gpt-6.1-terra"))
    assert key_of(kept) == KEY
    arranging.keep(HERE)
    assert key_of(kept) == ""
    assert KEY not in kept.file.read_text()


def test_what_was_set_for_one_model_is_not_asked_of_another(arranging: ModelSetup, kept: SettingsFile) -> None:
    arranging.keep(HERE)
    for name, value in (("speculate", "all"), ("temperature", "1.2"), ("context", "9000"), ("budget", "8192")):
        set_value(kept.file, f"server.{name}", value)
    arranging.keep(PAID)
    part = load(kept.file, {}).settings.server
    assert (part.speculate, part.temperature, part.context, part.budget) == ("", None, 0, 8192)


def test_how_far_a_model_works_ahead_is_kept_with_it(arranging: ModelSetup, kept: SettingsFile) -> None:
    arranging.keep(dataclasses.replace(HERE, ahead="all"))
    assert load(kept.file, {}).settings.server.speculate == "all"
    assert arranging.model_configs()[0].ahead == "all"
    arranging.keep(HERE)
    assert load(kept.file, {}).settings.server.speculate == ""


def test_a_program_may_be_the_model(arranging: ModelSetup, kept: SettingsFile) -> None:
    arranging.keep(PAID)
    arranging.keep(ModelConfig(run="llama-server", model="/m/tiny.gguf"))
    assert arranging.model_configs() == (ModelConfig(run="llama-server", model="/m/tiny.gguf"),)
    assert key_of(kept) == ""


def test_forgetting_a_model_forgets_its_key_and_what_names_it(arranging: ModelSetup, kept: SettingsFile) -> None:
    arranging.keep(HERE)
    arranging.keep(ModelConfig(PAID.base_url, PAID.model, KEY, name="paid"))
    kept.change({("storyteller",): "model:paid", ("notes",): "paid"})
    arranging.forget("paid")
    assert arranging.model_configs() == (HERE,)
    assert kept.configuration.settings.new_storyteller == "model"
    assert KEY not in kept.file.read_text()
    arranging.forget("")
    assert arranging.model_configs() == ()
    with pytest.raises(SettingsError, match="no server 'paid'"):
        arranging.forget("paid")


@pytest.mark.parametrize(
    "config",
    [
        ModelConfig("ftp://x", "m"),
        ModelConfig("http://h/v1", "m", "two words"),
        ModelConfig(run="rm", model="-rf"),
        ModelConfig("http://h/v1", "m", name="a b"),
        ModelConfig("http://u:p@h/v1", "m"),
    ],
)
def test_what_makes_no_sense_is_one_sentence_and_not_kept(
    arranging: ModelSetup, kept: SettingsFile, config: ModelConfig
) -> None:
    with pytest.raises(FictionError) as caught:
        arranging.keep(config)
    assert "two words" not in caught.value.sentence
    assert not kept.file.exists()


def test_the_environment_is_not_kept_against(home: Path, children: Children) -> None:
    environment = {"FICTION_MODEL": "other", "FICTION_BASE_URL": HERE.base_url}
    kept = SettingsFile(home / "config.yaml", environment)
    arranging = ModelSetup(
        kept,
        children=children,
        trial=played_through(Connections()),
        environment=environment,
    )
    with pytest.raises(SettingsError, match="FICTION_MODEL in the environment says otherwise"):
        arranging.keep(HERE)
    arranging.keep(ModelConfig(HERE.base_url, "other"))
    arranging.keep(ModelConfig(HERE.base_url, HERE.model, name="home"))
    assert [config.name for config in arranging.model_configs()] == ["", "home"]


async def test_the_models_of_an_address_are_listed_with_the_key_that_was_set_for_it(
    arranging: ModelSetup, kept: SettingsFile, machine: Machine
) -> None:
    machine.answers["GET /v1/models"] = listed("b-embed", "a-instruct")
    arranging.keep(ModelConfig(machine.base_url, "a-instruct", KEY, name="x"))
    assert await arranging.models(ModelConfig(machine.base_url)) == ("a-instruct",)
    assert await arranging.models(ModelConfig(machine.base_url, api_key="sk-just-typed")) == ("a-instruct",)
    assert [key for _, key in machine.asked] == [f"Bearer {KEY}", "Bearer sk-just-typed"]
    assert await arranging.models(ModelConfig(run="llama-server", model="a/b-GGUF")) == ("b-GGUF",)


async def test_a_key_set_for_one_address_is_not_tried_at_another(
    arranging: ModelSetup, kept: SettingsFile, machine: Machine
) -> None:
    machine.answers["GET /v1/models"] = listed("a")
    arranging.keep(PAID)
    await arranging.models(ModelConfig(machine.base_url))
    assert [each async for each in arranging.try_out(ModelConfig(machine.base_url, "a"))]
    assert KEY not in str(machine.asked)
