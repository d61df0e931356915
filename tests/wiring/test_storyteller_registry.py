"""Storytellers by name, as the settings are at each moment."""

from pathlib import Path

import pytest

from fiction.config import SettingsFile
from fiction.engine.ports import Storyteller
from fiction.storytellers.offline import OfflineStoryteller
from fiction.wiring.storytellers import StorytellerRegistry


class Named(OfflineStoryteller):
    """Remembers what it was made for."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.asked_as = name


@pytest.fixture
def kept(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "config.yaml", {})


@pytest.fixture
def offline() -> Storyteller:
    return OfflineStoryteller()


def test_without_settings_there_is_the_built_in_one_alone(kept: SettingsFile, offline: Storyteller) -> None:
    tellers = StorytellerRegistry(offline, kept, Named)
    assert dict(tellers) == {"offline": offline}
    assert "model" not in tellers


def test_a_model_that_is_kept_while_the_story_is_open_can_take_over(kept: SettingsFile, offline: Storyteller) -> None:
    tellers = StorytellerRegistry(offline, kept, Named)
    kept.change({("server", "model"): "one", ("servers", "home", "model"): "two", ("servers", "empty", "slots"): 2})
    assert list(tellers) == ["offline", "model", "model:home"]
    assert tellers["model:home"] is tellers["model:home"]
    assert next(iter(tellers)) == "offline"


def test_a_model_that_changes_is_made_anew_and_the_old_one_still_closed(
    kept: SettingsFile, offline: Storyteller
) -> None:
    tellers = StorytellerRegistry(offline, kept, Named)
    kept.change({("server", "model"): "one"})
    first = tellers["model"]
    kept.change({("theme",): "paper"})
    assert tellers["model"] is first
    kept.change({("server", "model"): "two"})
    second = tellers["model"]
    assert second is not first
    assert set(tellers.values()) == {offline, first, second}


def test_who_keeps_the_notes_is_part_of_what_a_storyteller_is(kept: SettingsFile, offline: Storyteller) -> None:
    tellers = StorytellerRegistry(offline, kept, Named)
    kept.change({("server", "model"): "one", ("servers", "home", "model"): "two"})
    alone = tellers["model"]
    kept.change({("notes",): "home"})
    assert tellers["model"] is not alone


def test_nothing_is_made_before_it_is_asked_for(kept: SettingsFile, offline: Storyteller) -> None:
    made: list[str] = []

    def make(name: str) -> Storyteller:
        made.append(name)
        return Named(name)

    tellers = StorytellerRegistry(offline, kept, make)
    kept.change({("server", "model"): "one"})
    assert tuple(tellers) == ("offline", "model")
    assert list(tellers.values()) == [offline]
    assert made == []
