"""Rows of another file: what of them comes in, how it is cleaned, and where it stands afterwards."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bench.stories import build_story, choice, draft, record, reflection
from fiction.errors import SaveDamaged
from fiction.saves import renewal
from fiction.saves.creation import laying_down
from fiction.saves.graft import Graft
from fiction.saves.repair import repair
from fiction.saves.rows import (
    BookmarkRow,
    HeadRow,
    PackRow,
    PendingRow,
    RevisionRow,
    SegmentRow,
    SnapshotRow,
    StoryRow,
    TurnRow,
    VectorRow,
    insert,
    row_of,
    rows_of,
    seal,
    whole,
)
from fiction.saves.store import SaveFile
from fiction.saves.transfer import take_in
from fiction.saves.verify import problems
from fiction.story.ledger import Ledger, Thread
from fiction.story.memory import Embedding, RevisionKind, TurnId
from fiction.story.turn import Turn

Grow = Callable[..., list[Turn]]
LEDGER = Ledger(threads=(Thread("well", "What is in it?"),))


@pytest.fixture
def full(tmp_path: Path, grow: Grow) -> Path:
    """1-2-3-4, 2-5-6, 5-7: with every kind of row. The reader is at 7."""
    path = tmp_path / "full.fiction"
    with closing(SaveFile.create(path, record(turns=0))) as save:
        turns = grow(save, 3)
        told = save.tell(turns[2].id, draft(4), head=turns[2].id)
        save.complete(told.id, reflection(4), ledger=LEDGER, embedding=Embedding("hashed-2", b"\0<\0<"))
        save.revise(RevisionKind.PIN, TurnId(1))
        save.bookmark("the first end")
        save.move(TurnId(2), expected=TurnId(4))
        grow(save, 2, start=20)
        save.move(TurnId(5), expected=TurnId(6))
        grow(save, 1, start=30)
        save.revise(RevisionKind.EDIT, TurnId(2), "It was not like that.")
        save.bookmark("here")
        save.choose(choice(7))
    return path


@pytest.fixture
def rows(full: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(full, isolation_level=None)) as db:
        yield db


def places(path: Path) -> dict[int, tuple[int | None, int]]:
    with closing(sqlite3.connect(path)) as db:
        return {row.id: (row.parent, row.depth) for row in rows_of(db, TurnRow)}


def test_what_is_brought_back_of_a_whole_save_is_all_of_it(full: Path, tmp_path: Path) -> None:
    into = tmp_path / "mended.fiction"
    assert repair(full, into) == 7
    with closing(SaveFile.open(full)) as one, closing(SaveFile.open(into)) as other:
        assert other.verify() == []
        assert (other.head(), other.pending(), other.story.updated) == (one.head(), one.pending(), one.story.updated)
        assert [other.forward(TurnId(number)) for number in (1, 2, 5, 7)] == [2, 5, 7, None]
        for number in range(1, 8):
            assert other.turn(TurnId(number)) == one.turn(TurnId(number))
            assert other.revisions(other.lineage(TurnId(number))) == one.revisions(one.lineage(TurnId(number)))
        assert other.bookmarks() == one.bookmarks()
        assert other.ledger_before(TurnId(4)) == (LEDGER, ())
        assert other.story.uuid != one.story.uuid
        assert len(other.story.uuid) == 32
        with closing(other.archive()) as archive:
            assert [turn for turn, _ in archive.embeddings("hashed-2")] == [4]


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        ([1], {2: (None, 1), 3: (2, 2), 5: (2, 2)}),
        ([2], {3: (1, 2), 5: (1, 2), 6: (5, 3)}),
        ([3], {4: (2, 3), 5: (2, 3)}),
        ([5], {6: (2, 3), 7: (2, 3)}),
        ([2, 5], {6: (1, 2), 7: (1, 2), 3: (1, 2)}),
        ([1, 2, 5], {3: (None, 1), 6: (None, 1), 7: (None, 1)}),
        ([2, 3, 5, 6], {4: (1, 2), 7: (1, 2)}),
    ],
    ids=str,
)
def test_a_turn_whose_parent_is_lost_goes_on_from_the_nearest_before_it(
    full: Path, rows: sqlite3.Connection, tmp_path: Path, lost: list[int], expected: dict[int, tuple[int | None, int]]
) -> None:
    for number in lost:
        rows.execute("UPDATE turn SET passage='Lost.' WHERE id=?", (number,))
    into = tmp_path / "mended.fiction"
    assert repair(full, into) == 7 - len(lost)
    found = places(into)
    assert {number: found[number] for number in expected} == expected
    with closing(SaveFile.open(into)) as save:
        assert save.verify() == []


def test_where_the_head_is_lost_the_latest_turn_is_taken(full: Path, rows: sqlite3.Connection, tmp_path: Path) -> None:
    rows.execute("UPDATE turn SET passage='Lost.' WHERE id=7")
    repair(full, tmp_path / "one.fiction")
    rows.execute("UPDATE head SET turn=3")
    repair(full, tmp_path / "two.fiction")
    for name in ("one", "two"):
        with closing(SaveFile.open(tmp_path / f"{name}.fiction")) as save:
            head = save.head()
            assert head is not None
            assert head.id == 6
            assert save.forward(TurnId(2)) == 5


def test_what_belongs_to_a_lost_turn_is_left_out(full: Path, rows: sqlite3.Connection, tmp_path: Path) -> None:
    rows.execute("UPDATE turn SET passage='Lost.' WHERE id=4")
    repair(full, tmp_path / "mended.fiction")
    with closing(SaveFile.open(tmp_path / "mended.fiction")) as save:
        assert [mark.name for mark in save.bookmarks()] == ["here"]
        assert save.revisions(save.lineage(TurnId(3))) == ()
        assert [edit.id for edit in save.revisions(save.lineage(TurnId(7)))] == [1]
        assert save.ledger_before(TurnId(3))[0] == Ledger()
        with closing(save.archive()) as archive:
            assert list(archive.embeddings("hashed-2")) == []


def test_an_edit_of_a_turn_that_is_lost_is_left_out(full: Path, rows: sqlite3.Connection, tmp_path: Path) -> None:
    rows.execute("UPDATE turn SET passage='Lost.' WHERE id=2")
    repair(full, tmp_path / "mended.fiction")
    with closing(SaveFile.open(tmp_path / "mended.fiction")) as save:
        assert save.revisions(save.lineage(TurnId(7))) == ()
        assert len(save.revisions(save.lineage(TurnId(4)))) == 1


def test_many_turns_are_taken_in_batch_by_batch(tmp_path: Path) -> None:
    build_story(tmp_path / "long.fiction", 405)
    taken = take_in(tmp_path / "long.fiction", tmp_path / "in.fiction")
    assert taken == len(places(tmp_path / "long.fiction")) > 400
    assert places(tmp_path / "in.fiction") == places(tmp_path / "long.fiction")


def test_the_bounds_of_a_time() -> None:
    last = 253_402_300_799_000
    assert [renewal.moment(time) for time in (-5, 0, 7, last, last + 1)] == [0, 0, 7, last, last]


def turn_row(**columns: object) -> TurnRow:
    row = TurnRow(
        1, None, 1, 1, 0, "complete", 5, 0, "", "", "", "", '{"kind":"begin"}',
        "[]", "[]", "", "{}", "[]", "[]", "[]", "{}", "",
    )  # fmt: skip
    return row._replace(**columns)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"importance": 0}, {"importance": 1}),
        ({"importance": 1}, {"importance": 1}),
        ({"importance": 10}, {"importance": 10}),
        ({"importance": 11}, {"importance": 10}),
        ({"plain": 7}, {"plain": 1}),
        ({"plain": 0}, {"plain": 0}),
        ({"created": -1}, {"created": 0}),
        ({"title": "The\x1b[2J\nwell"}, {"title": "The well"}),
        ({"passage": "A\x1b[2J\nB"}, {"passage": "A\nB"}),
        ({"memory": "A\x07B"}, {"memory": "AB"}),
        ({"state": "A\x07B"}, {"state": "AB"}),
        ({"ending": "sh\nore"}, {"ending": "sh ore"}),
        ({"storyteller": "off\nline"}, {"storyteller": "off line"}),
    ],
    ids=str,
)
def test_a_turn_comes_in_as_this_version_would_have_written_it(
    columns: dict[str, object], expected: dict[str, object]
) -> None:
    renewed = renewal.turn(turn_row(**columns))
    assert {name: getattr(renewed, name) for name in expected} == expected


def test_what_makes_no_sense_is_damaged() -> None:
    with pytest.raises(SaveDamaged):
        renewal.turn(turn_row(stage="untold"))
    with pytest.raises(SaveDamaged):
        renewal.revision(RevisionRow(1, 1, 1, 1, "burn", 1, "", 0, 0))
    with pytest.raises(SaveDamaged):
        renewal.pending(PendingRow(1, "[", 0))
    with pytest.raises(SaveDamaged):
        renewal.snapshot(SnapshotRow(1, 1, 1, "[]"))


def test_what_the_reader_wrote_comes_in_clean() -> None:
    edit = renewal.revision(RevisionRow(1, 1, 1, 1, "edit", 1, "A\x1b[2JB", -1, 2**60))
    assert (edit.kind, edit.text, edit.created, edit.withdrawn) == ("edit", "AB", 0, renewal.LATEST)
    mark = renewal.bookmark(BookmarkRow(1, "x\n" * 100, 1, -1))
    assert (len(mark.name) <= 80, "\n" in mark.name, mark.created) == (True, False, 0)
    assert renewal.pending(PendingRow(1, '{"kind":"begin"}', -1)).created == 0


@pytest.mark.parametrize(
    ("vector", "model", "kept"),
    [
        (b"\0<", "m", True),
        (bytes(16 << 10), "m", True),
        (bytes((16 << 10) + 2), "m", False),
        (b"\xff\x7b\xff\xfb", "m", True),
        (b"\0\x7c", "m", False),
        (b"\0\xfc", "m", False),
        (b"\x01", "m", False),
        (b"", "m", False),
        (b"\0<", "m\n", False),
    ],
)
def test_a_vector_is_finite_numbers_and_not_too_many(vector: bytes, model: str, kept: bool) -> None:
    row = VectorRow(1, model, vector)
    assert renewal.vector(row) == (row if kept else None)


def test_a_story_comes_in_under_another_identity() -> None:
    row = StoryRow(1, "old", "T\n", "w\n", "1\n", "W\n", -1, "{}", "{}")
    new = renewal.story(row, uuid="new")
    assert (new.uuid, new.title, new.world_id, new.world_version, new.world_title, new.created) == (
        "new", "T", "w", "1", "W", 0,
    )  # fmt: skip


def test_turns_stand_in_segments_worked_out_anew(tmp_path: Path) -> None:
    with laying_down(tmp_path / "new.fiction") as db:
        graft = Graft(db)
        graft.story(StoryRow(1, "", "T", "", "", "", 0, "{}", "{}"), PackRow(1, "a\x1b[2Jb"), uuid="u")
        for number, parent in ((1, None), (2, 1), (3, 1), (4, 2), (9, 3), (10, None)):
            graft.turn(turn_row(id=number, segment=77, depth=66), parent=parent)
        assert (len(graft), 9 in graft, 5 in graft) == (6, True, False)
        graft.head(4, updated=-3)
        found = {row.id: (row.segment, row.depth) for row in rows_of(db, TurnRow)}
        assert found == {1: (1, 1), 2: (1, 2), 3: (2, 2), 4: (1, 3), 9: (2, 3), 10: (3, 1)}
        assert [row[:3] for row in rows_of(db, SegmentRow)] == [(1, None, 0), (2, 1, 1), (3, None, 0)]
        pack, head = row_of(db, PackRow), row_of(db, HeadRow)
        assert (pack and pack.text, head and head.updated) == ("ab", 0)
        assert problems(db) == []


def test_a_row_is_whole_as_it_was_sealed_and_types_and_lengths_count() -> None:
    row = seal(BookmarkRow(1, "here", 1, 0))
    assert whole(row)
    assert not whole(row._replace(name="there"))
    assert not whole(row._replace(crc=row.crc + 1))
    assert not whole(row._replace(turn="1"))  # type: ignore[arg-type]
    assert seal(BookmarkRow(1, "1", 2, 0)).crc != seal(BookmarkRow(11, "", 2, 0)).crc
    assert not whole(BookmarkRow(1, "\ud800", 1, 0))


def test_a_row_is_written_sealed_and_returned_so(rows: sqlite3.Connection) -> None:
    made = insert(rows, BookmarkRow(77, "x", 1, 0))
    assert whole(made)
    assert row_of(rows, BookmarkRow, "WHERE id=77") == made
    with pytest.raises(sqlite3.IntegrityError):
        insert(rows, BookmarkRow(77, "y", 1, 0))
    insert(rows, BookmarkRow(77, "y", 1, 0), replace=True)
    assert row_of(rows, BookmarkRow, "WHERE id=77") != made
    assert row_of(rows, BookmarkRow, "WHERE id=78") is None
