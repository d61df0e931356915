"""The deep check: each thing that can be wrong has its sentence, and a whole save has none."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bench.stories import record
from fiction.saves import verify
from fiction.saves.rows import BookmarkRow, HeadRow, SegmentRow, TurnRow, insert, replace_turn, row_of
from fiction.saves.store import SaveFile
from fiction.saves.verify import LARGEST_ID, problems
from fiction.story.memory import RevisionKind, TurnId
from fiction.story.turn import Turn

Grow = Callable[..., list[Turn]]


@pytest.fixture
def file(tmp_path: Path, grow: Grow) -> Path:
    """Four turns, of which the last one forks from the second; an edit and a bookmark."""
    path = tmp_path / "tale.fiction"
    with closing(SaveFile.create(path, record(turns=0))) as save:
        turns = grow(save, 3)
        save.move(turns[1].id, expected=turns[2].id)
        grow(save, 1, start=20)
        save.revise(RevisionKind.PIN, TurnId(1))
        save.bookmark("here")
    return path


def found(file: Path, *statements: str) -> list[str]:
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)
        return problems(db)


def changed(file: Path, turn: int, **columns: object) -> list[str]:
    """What is found where a turn's columns are others, with a checksum that is right."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        row = row_of(db, TurnRow, "WHERE id=?", (turn,))
        assert row is not None
        replace_turn(db, row._replace(**columns))  # type: ignore[arg-type]
        return problems(db)


def test_a_whole_save_has_no_problems(file: Path) -> None:
    assert found(file) == []


@pytest.mark.parametrize(
    ("statement", "sentences"),
    [
        ("UPDATE turn SET passage='Something else.' WHERE id IN (2, 3)",
         ["Turn 2 (number 2) is damaged.", "Turn 3 (number 3) is damaged."]),
        ("UPDATE bookmark SET name='there'", ["1 of the rows of bookmark are damaged."]),
        ("UPDATE story SET title='Another'", ["1 of the rows of story are damaged."]),
        ("UPDATE bookmark SET turn=99, crc=crc", ["Row 1 of bookmark points to something that is not there.",
                                                  "1 of the rows of bookmark are damaged."]),
        ("DELETE FROM head", ["The save has lost its place in the story."]),
    ],
)  # fmt: skip
def test_what_is_torn_is_said_row_by_row(file: Path, statement: str, sentences: list[str]) -> None:
    assert found(file, statement) == sentences


def test_a_head_that_points_nowhere_is_a_lost_place(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        insert(db, HeadRow(1, 99, 0), replace=True)
        assert problems(db) == [
            "Row 1 of head points to something that is not there.",
            "The save has lost its place in the story.",
        ]
        insert(db, HeadRow(1, None, 0), replace=True)
        assert problems(db) == []


@pytest.mark.parametrize(
    ("turn", "columns"),
    [(3, {"depth": 4}), (4, {"depth": 2}), (4, {"segment": 1, "depth": 4}), (1, {"depth": 0}),
     (4, {"depth": 9}), (2, {"parent": None}), (2, {"parent": 3}), (4, {"parent": 1})],
    ids=str,
)  # fmt: skip
def test_a_turn_that_does_not_follow_is_said_by_its_number(file: Path, turn: int, columns: dict[str, object]) -> None:
    assert any(
        f"(number {turn}) does not follow from the one before it." in line for line in changed(file, turn, **columns)
    )


@pytest.mark.parametrize(("number", "wrong"), [(LARGEST_ID - 1, False), (LARGEST_ID, True), (0, True), (-1, True)])
def test_an_id_leaves_numbers_for_new_turns(file: Path, number: int, wrong: bool) -> None:
    sentences = found(file, "DELETE FROM head", "DELETE FROM bookmark", "DELETE FROM revision")
    assert sentences == ["The save has lost its place in the story."]
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        row = row_of(db, TurnRow, "WHERE id=1")
        assert row is not None
        insert(db, SegmentRow(7, None, 0))
        insert(db, row._replace(id=number, segment=7))
        insert(db, HeadRow(1, 1, 0))
        assert problems(db) == ([f"Turn 1 (number {number}) does not follow from the one before it."] if wrong else [])


def test_of_one_kind_not_more_than_20_are_told_and_batches_miss_none(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "_BATCH", 7)
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        row = row_of(db, TurnRow, "WHERE id=3")
        assert row is not None
        for number in range(5, 30):
            db.execute(
                f"INSERT INTO turn VALUES({','.join('?' * len(row))})", row._replace(id=number, parent=3, depth=number)
            )
            insert(db, BookmarkRow(number, f"at {number}", 1000 + number, 0))
        sentences = problems(db)
    assert [line.split()[0] for line in sentences].count("Row") == 20
    assert [line for line in sentences if line.endswith("is damaged.")] == [
        f"Turn {number} (number {number}) is damaged." for number in range(5, 25)
    ]
    assert sum("does not follow" in line for line in sentences) == 20
