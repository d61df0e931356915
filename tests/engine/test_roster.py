"""Who tells: the storyteller of the settings, or the first one where they name nobody here; another by its name."""

from pathlib import Path

import pytest

from fiction.engine.roster import Roster
from fiction.errors import NotFound
from fiction.saves.store import SaveFile
from fiction.story.reader import ReaderProfile, StoryRecord, StorySettings
from support.scripted import Scripted

FIRST, SECOND = Scripted(name="first"), Scripted(name="second")


def roster(folder: Path, *, told_by: str) -> Roster:
    story = StoryRecord("u", "A Story", "w", "1.0.0", "id: w", ReaderProfile(), StorySettings(storyteller=told_by))
    return Roster(SaveFile.create(folder / "story.fiction", story), {"first": FIRST, "second": SECOND})


@pytest.mark.parametrize(("told_by", "current"), [("second", SECOND), ("gone", FIRST), ("", FIRST)])
def test_the_settings_say_who_tells_and_the_first_one_does_where_they_name_nobody_here(
    tmp_path: Path, told_by: str, current: Scripted
) -> None:
    who = roster(tmp_path, told_by=told_by)
    assert who.current is current
    assert who.named("") is current


def test_one_can_be_named_for_one_turn_and_the_current_one_stays(tmp_path: Path) -> None:
    who = roster(tmp_path, told_by="first")
    assert who.named("second") is SECOND
    assert who.current is FIRST


def test_one_that_is_used_tells_from_then_on(tmp_path: Path) -> None:
    who = roster(tmp_path, told_by="first")
    who.use("second")
    assert who.current is SECOND


def test_a_name_that_nobody_has_is_not_found_and_the_hint_has_the_names(tmp_path: Path) -> None:
    who = roster(tmp_path, told_by="first")
    for ask in (who.named, who.use):
        with pytest.raises(NotFound) as failed:
            ask("third")
        assert failed.value.hint == "There are: first, second."
    assert who.current is FIRST


async def test_closing_closes_them_all(tmp_path: Path) -> None:
    await roster(tmp_path, told_by="first").close()
    assert FIRST.closed
    assert SECOND.closed
