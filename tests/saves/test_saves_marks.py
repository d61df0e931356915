"""What the reader writes on the tree: edits and their withdrawal, bookmarks, and what is refused."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from fiction.errors import NotFound, SaveConflict, SaveDamaged, SaveError
from fiction.saves.store import SaveFile
from fiction.story.memory import RevisionKind, TurnId
from fiction.story.turn import Turn

Grow = Callable[..., list[Turn]]


def torn(save: SaveFile, statement: str) -> None:
    """Change the file behind the save's back."""
    with closing(sqlite3.connect(save.file, isolation_level=None)) as db:
        db.execute(statement)


@pytest.mark.parametrize("kind", [RevisionKind.PIN, RevisionKind.SHORT_TERM])
def test_before_the_first_turn_there_is_nothing_to_change_or_to_name(save: SaveFile, kind: RevisionKind) -> None:
    with pytest.raises(NotFound, match="Nothing is told yet, so there is no memory"):
        save.revise(kind, TurnId(1))
    with pytest.raises(NotFound, match="Nothing is told yet, so there is no place"):
        save.bookmark("here")


def test_only_the_heads_short_term_memory_can_be_edited(save: SaveFile, grow: Grow) -> None:
    turns = grow(save, 2)
    with pytest.raises(SaveConflict):
        save.revise(RevisionKind.SHORT_TERM, turns[0].id, "You owe Halla.")
    made = save.revise(RevisionKind.SHORT_TERM, turns[1].id, "You owe \x1b[2JHalla.")
    assert (made.made_at, made.target, made.text) == (2, 2, "You owe Halla.")


def test_a_turn_of_another_branch_can_not_be_edited_from_here(save: SaveFile, grow: Grow) -> None:
    turns = grow(save, 3)
    save.move(turns[0].id, expected=turns[2].id)
    grow(save, 1, start=20)
    with pytest.raises(NotFound, match="Turn 3 is on another branch"):
        save.revise(RevisionKind.PIN, turns[2].id)
    with pytest.raises(NotFound, match="no turn 99"):
        save.revise(RevisionKind.PIN, TurnId(99))


def test_edits_are_numbered_from_1_and_come_back_in_that_order(save: SaveFile, grow: Grow) -> None:
    turns = grow(save, 2)
    made = [save.revise(kind, turns[0].id, "x") for kind in (RevisionKind.PIN, RevisionKind.EDIT, RevisionKind.FORGET)]
    assert [edit.id for edit in made] == [1, 2, 3]
    assert save.revisions(save.lineage(turns[1].id)) == tuple(made)
    assert save.revisions(save.lineage(turns[0].id)) == ()


def test_an_edit_can_be_taken_back_once(save: SaveFile, grow: Grow) -> None:
    (turn,) = grow(save, 1)
    kept, gone = (save.revise(RevisionKind.EDIT, turn.id, text) for text in ("kept", "gone"))
    save.withdraw(gone.id)
    assert save.revisions(save.lineage(turn.id)) == (kept,)
    for number in (gone.id, 99):
        with pytest.raises(NotFound, match="no such change"):
            save.withdraw(number)
    assert save.verify() == []


def test_a_damaged_edit_is_neither_shown_nor_taken_back(save: SaveFile, grow: Grow) -> None:
    (turn,) = grow(save, 1)
    edit = save.revise(RevisionKind.EDIT, turn.id, "as it was")
    torn(save, "UPDATE revision SET text='as it was not'")
    with pytest.raises(SaveDamaged, match="edited is damaged"):
        save.withdraw(edit.id)
    with pytest.raises(SaveDamaged, match="edited is damaged"):
        save.revisions(save.lineage(turn.id))


def test_bookmarks_come_oldest_first_and_one_that_moves_is_new(save: SaveFile, grow: Grow) -> None:
    first, second = grow(save, 2)
    save.move(first.id, expected=second.id)
    assert [save.bookmark(name).turn for name in ("one", "two")] == [1, 1]
    save.move(second.id, expected=first.id)
    moved = save.bookmark("one")
    assert [(mark.name, mark.turn) for mark in save.bookmarks()] == [("two", 1), ("one", 2)]
    assert save.bookmarks()[-1] == moved


def test_a_bookmark_needs_a_name_and_keeps_80_characters_of_it(save: SaveFile, grow: Grow) -> None:
    grow(save, 1)
    for name in ("", " \n ", "\x1b[2J"):
        with pytest.raises(SaveError, match="needs a name"):
            save.bookmark(name)
    assert len(save.bookmark("x" * 200).name) == 80


def test_a_damaged_bookmark_is_not_shown(save: SaveFile, grow: Grow) -> None:
    grow(save, 1)
    save.bookmark("here")
    torn(save, "UPDATE bookmark SET name='there'")
    with pytest.raises(SaveDamaged, match="bookmark of this story is damaged"):
        save.bookmarks()
