"""A save that is moved, deleted or replaced while it is played: nothing is lost, and it has a name to go on with."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bench.stories import choice, record
from fiction.errors import SaveError
from fiction.saves.failures import from_sqlite
from fiction.saves.library import SaveLibrary
from fiction.saves.store import SaveFile
from fiction.story.turn import Turn

Grow = Callable[..., list[Turn]]


def moved(path: Path) -> None:
    path.rename(path.parent.parent / "elsewhere.fiction")


def folder_gone(path: Path) -> None:
    shutil.rmtree(path.parent)


def replaced_by_a_copy(path: Path) -> None:
    copy = path.with_name("copy")
    shutil.copyfile(path, copy)
    copy.replace(path)


def replaced_by_another(path: Path) -> None:
    other = path.with_name("other")
    with closing(SaveFile.create(path.with_name("other.fiction"), record(turns=0))) as save:
        save.choose(choice(9))
    path.with_name("other.fiction").rename(other)
    other.replace(path)


@pytest.mark.parametrize("happens", [Path.unlink, moved, folder_gone, replaced_by_a_copy, replaced_by_another])
def test_the_story_goes_on_in_a_new_file(tmp_path: Path, grow: Grow, happens: Callable[[Path], None]) -> None:
    shelf = SaveLibrary(tmp_path / "saves")
    with closing(shelf.create(record(turns=0), "tide")) as save:
        told = grow(save, 3)
        happens(save.file)
        there = save.file.read_bytes() if save.file.exists() else None
        more = grow(save, 2, start=40)
        name = save.name
        assert (name == "tide") is (there is None)
        assert save.verify() == []
    if there is not None:
        assert (tmp_path / "saves" / "tide.fiction").read_bytes() == there
    assert (tmp_path / "saves" / f"{name}.fiction").stat().st_mode & 0o777 == 0o600
    with closing(shelf.open(name)) as again:
        head = again.head()
        assert head is not None
        assert [turn.id for turn in again.path(head.id, 9)] == [turn.id for turn in (*told, *more)]
        with pytest.raises(SaveError, match="open in another window"):
            shelf.open(name)
    assert not [path for path in (tmp_path / "saves").iterdir() if path.name.endswith(".new")]


def test_a_save_that_is_moved_in_the_middle_of_a_write_is_said_to_be_moved() -> None:
    error = sqlite3.OperationalError("attempt to write a readonly database")
    error.sqlite_errorcode = sqlite3.SQLITE_READONLY_DBMOVED
    assert "was moved, deleted or replaced" in from_sqlite(error, "tide").sentence
    error.sqlite_errorcode = sqlite3.SQLITE_READONLY
    assert "read-only" in from_sqlite(error, "tide").sentence
