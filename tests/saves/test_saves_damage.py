"""Damage: no text is ever silently wrong, and what is whole can be brought back."""

import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from bench.stories import choice, draft, record, reflection
from fiction.errors import FictionError, SaveDamaged, SaveError
from fiction.saves.cards import card
from fiction.saves.migrations.m0001_tables import TABLES as STATEMENTS
from fiction.saves.repair import repair
from fiction.saves.rows import SegmentRow, SnapshotRow, insert, row_of
from fiction.saves.store import SaveFile
from fiction.story.ledger import Ledger
from fiction.story.memory import RevisionKind, TurnId
from fiction.story.turn import Turn

TURNS = 30


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A save of thirty turns with two forks, edits and a bookmark, as bytes."""
    path = tmp_path_factory.mktemp("whole") / "tale.fiction"
    with closing(SaveFile.create(path, record(turns=0))) as save:
        at: Turn | None = None
        for number in range(1, TURNS + 1):
            head = at.id if at else None
            at = save.complete(save.tell(head, draft(number), head=head).id, reflection(number))
            if number % 11 == 0:
                save.revise(RevisionKind.SHORT_TERM, at.id, f"Only {number} is left.")
                at = save.move(TurnId(at.id - 2), expected=at.id)
        save.bookmark("here")
        save.choose(choice(7))
    return path.read_bytes()


@pytest.fixture
def exact(whole: bytes, tmp_path: Path) -> dict[str, object]:
    path = tmp_path / "exact.fiction"
    path.write_bytes(whole)
    with closing(SaveFile.open(path)) as save:
        return seen(save)


def seen(save: SaveFile) -> dict[str, object]:
    """Everything a reader can see of a save, each part by itself; a part that says that it is damaged is left out."""
    asks: dict[str, Callable[[], object]] = {f"turn {n}": partial(save.turn, TurnId(n)) for n in range(1, TURNS + 1)}
    asks["head"] = save.head
    asks["story"] = lambda: save.story
    asks["pending"] = save.pending
    asks["bookmarks"] = save.bookmarks
    asks["path"] = lambda: save.path(TurnId(TURNS), TURNS)
    asks["revisions"] = lambda: save.revisions(save.lineage(TurnId(TURNS)))
    asks["memories"] = lambda: save.memories(save.lineage(TurnId(TURNS)))
    asks["ledger"] = lambda: save.ledger_before(TurnId(TURNS))
    found: dict[str, object] = {}
    for name, ask in asks.items():
        try:
            found[name] = ask()
        except FictionError:
            continue
    return found


def assert_exact_or_damaged(path: Path, exact: dict[str, object]) -> bool:
    """Whether it opened at all."""
    try:
        save = SaveFile.open(path)
    except SaveError:
        return False
    with closing(save):
        shown = seen(save)
        wrong = {name for name, value in shown.items() if value != exact[name]}
        assert not wrong or save.verify(), "what differs is known to be damaged"
        assert not wrong & {name for name in exact if name not in ("bookmarks", "pending", "revisions")}
    return True


def flipped(whole: bytes, dice: random.Random) -> bytes:
    damaged = bytearray(whole)
    damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
    return bytes(damaged)


@pytest.mark.parametrize("seed", range(2))
def test_a_flipped_bit_never_shows_a_wrong_text(
    whole: bytes, exact: dict[str, object], tmp_path: Path, seed: int
) -> None:
    path = tmp_path / "flipped.fiction"
    for step in range(25):
        path.write_bytes(flipped(whole, random.Random(f"{seed} {step}")))
        assert_exact_or_damaged(path, exact)
        path.with_name(f"{path.name}-journal").unlink(missing_ok=True)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_many_flipped_bits_never_show_a_wrong_text(whole: bytes, exact: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "flipped.fiction"
    for step in range(1_500):
        path.write_bytes(flipped(whole, random.Random(step)))
        assert_exact_or_damaged(path, exact)
        path.with_name(f"{path.name}-journal").unlink(missing_ok=True)


@pytest.mark.parametrize(("share", "least"), [(0.1, 0), (0.4, 0), (0.7, 12), (0.97, 26)])
def test_a_file_cut_short_says_so_and_gives_back_what_is_whole(
    whole: bytes, exact: dict[str, object], tmp_path: Path, share: float, least: int
) -> None:
    path, into = tmp_path / "cut.fiction", tmp_path / "mended.fiction"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(SaveDamaged) as caught:
        SaveFile.open(path)
    assert "repair cut" in caught.value.hint
    assert card(path, "cut").trouble
    before = path.read_bytes()
    turns = repair(path, into)
    assert turns >= least
    assert path.read_bytes() == before
    with closing(SaveFile.open(into)) as save:
        assert save.verify() == []
        assert_rescued(save, exact, turns)


def assert_rescued(save: SaveFile, exact: dict[str, object], turns: int) -> None:
    found = {name: value for name, value in seen(save).items() if name.startswith("turn ")}
    assert len(found) == turns
    for name, value in found.items():
        original = exact[name]
        assert isinstance(value, Turn)
        assert isinstance(original, Turn)
        assert (value.passage, value.plans, value.choice) == (original.passage, original.plans, original.choice)


def test_the_refusal_counts_what_is_whole(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "torn.fiction"
    spot = whole.index(b"Past milestone 29 ")
    path.write_bytes(whole[:spot] + b"Lost" + whole[spot + 4 :])
    with pytest.raises(SaveDamaged, match=f"Turn .* is damaged. {TURNS - 1} turns are whole.") as caught:
        SaveFile.open(path)
    assert caught.value.hint == "`fiction saves repair torn` copies every turn that is whole into a new save."


def test_a_damaged_turn_far_from_the_head_is_found_when_it_is_read(whole: bytes, tmp_path: Path) -> None:
    path, into = tmp_path / "torn.fiction", tmp_path / "mended.fiction"
    spot = whole.index(b"Past milestone 1 ")
    path.write_bytes(whole[:spot] + b"Lost" + whole[spot + 4 :])
    with closing(SaveFile.open(path)) as save:
        assert save.path(TurnId(TURNS), 5)
        with pytest.raises(SaveDamaged):
            save.turn(TurnId(1))
        with pytest.raises(SaveDamaged):
            save.memories(save.lineage(TurnId(TURNS)))
        archive = save.archive()
        assert [memory.turn for memory in archive.memories()] == list(range(2, TURNS + 1))
        archive.close()
        assert save.verify() == ["Turn 1 (number 1) is damaged."]
    assert repair(path, into) == TURNS - 1
    with closing(SaveFile.open(into)) as save:
        assert save.turn(TurnId(2)).parent is None
        assert save.turn(TurnId(2)).depth == 1
        head = save.head()
        assert head is not None
        assert head.id == TURNS
        assert [mark.name for mark in save.bookmarks()] == ["here"]
        assert save.pending() == choice(7)


def test_turns_after_a_lost_one_go_on_from_the_nearest_before_it(whole: bytes, tmp_path: Path) -> None:
    path, into = tmp_path / "torn.fiction", tmp_path / "mended.fiction"
    spot = whole.index(b"Past milestone 5 ")
    path.write_bytes(whole[:spot] + b"Lost" + whole[spot + 4 :])
    assert repair(path, into) == TURNS - 1
    with closing(SaveFile.open(into)) as save:
        assert save.turn(TurnId(6)).parent == 4
        assert save.turn(TurnId(6)).depth == 5
        assert save.verify() == []


def test_a_lost_description_is_made_up_and_the_turns_are_kept(whole: bytes, tmp_path: Path) -> None:
    path, into = tmp_path / "torn.fiction", tmp_path / "mended.fiction"
    damaged = whole.replace(b"slow dread", b"slow bread")
    assert damaged != whole
    path.write_bytes(damaged)
    with pytest.raises(SaveDamaged):
        SaveFile.open(path)
    assert repair(path, into) == TURNS
    with closing(SaveFile.open(into)) as save:
        assert save.story.title == "torn"
        assert save.story.world_text


@pytest.mark.parametrize("content", [b"", b"nothing at all", bytes(20_000)], ids=["empty", "text", "zeros"])
def test_nothing_is_made_of_nothing(tmp_path: Path, content: bytes) -> None:
    path, into = tmp_path / "odd.fiction", tmp_path / "mended.fiction"
    path.write_bytes(content)
    with pytest.raises(SaveDamaged):
        repair(path, into)
    assert not into.exists()


def test_every_table_ends_with_a_checksum_but_the_hints_of_redo() -> None:
    bare = [text.split("(")[0] for text in STATEMENTS if text.startswith("CREATE TABLE") and "crc INTEGER" not in text]
    assert bare == ["CREATE TABLE redo"]


def test_a_save_without_a_whole_turn_and_without_its_world_is_not_brought_back(tmp_path: Path) -> None:
    path, into = tmp_path / "torn.fiction", tmp_path / "mended.fiction"
    SaveFile.create(path, record(turns=0)).close()
    path.write_bytes(path.read_bytes().replace(b"A long way on foot", b"A long way on fort"))
    with pytest.raises(SaveDamaged, match="Nothing of torn"):
        repair(path, into)
    assert not into.exists()


@pytest.mark.parametrize("statement", ["UPDATE head SET turn=3", "DELETE FROM head"], ids=["torn", "gone"])
def test_a_save_that_lost_its_place_is_not_opened_and_an_open_one_says_so(
    whole: bytes, tmp_path: Path, statement: str
) -> None:
    path = tmp_path / "lost.fiction"
    path.write_bytes(whole)
    with closing(SaveFile.open(path)) as save:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute(statement)
        asks: list[Callable[[], object]] = [save.head, lambda: save.story, lambda: save.bookmark("x")]
        for ask in asks:
            with pytest.raises(SaveDamaged, match="lost its place in the story"):
                ask()
    with pytest.raises(SaveDamaged, match="lost its place in the story"):
        SaveFile.open(path)


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("DELETE FROM turn WHERE id=28", "Turn .* of this story is damaged: what came before it is missing"),
        ("UPDATE turn SET depth=1000 WHERE id=28", "Turn .* of this story is damaged"),
        ("UPDATE story SET title='Another'", "What this save says about its story is damaged"),
        ("DELETE FROM story", "What this save says about its story is damaged"),
    ],
)
def test_what_is_torn_near_the_reader_keeps_a_save_from_being_opened(
    whole: bytes, tmp_path: Path, statement: str, sentence: str
) -> None:
    path = tmp_path / "torn.fiction"
    path.write_bytes(whole)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(statement)
    for read_only in (False, True):
        with pytest.raises(SaveDamaged, match=sentence):
            SaveFile.open(path, read_only=read_only)


@pytest.mark.parametrize(
    "statement", ["UPDATE segment SET fork_depth=999 WHERE id=3", "DELETE FROM segment WHERE id=2"]
)
def test_a_torn_fork_is_said_when_the_way_is_asked_for(whole: bytes, tmp_path: Path, statement: str) -> None:
    path = tmp_path / "torn.fiction"
    path.write_bytes(whole)
    with closing(SaveFile.open(path)) as save:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute(statement)
        with pytest.raises(SaveDamaged, match="A fork of this story is damaged"):
            save.lineage(TurnId(TURNS))


def test_a_fork_that_goes_deeper_than_the_path_it_leaves_is_damaged(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "torn.fiction"
    path.write_bytes(whole)
    with closing(SaveFile.open(path)) as save:
        place = save.turn(TurnId(TURNS))
        segments = save.lineage(place.id).segments
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            row = row_of(db, SegmentRow, "WHERE id=?", (segments[0][0],))
            assert row is not None
            insert(db, row._replace(fork_depth=place.depth - 1), replace=True)
            assert save.lineage(place.id).segments[1][1] == place.depth - 1
            insert(db, row._replace(fork_depth=place.depth), replace=True)
        with pytest.raises(SaveDamaged, match="A fork of this story is damaged"):
            save.lineage(place.id)


def test_a_snapshot_that_is_torn_is_passed_over(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "torn.fiction"
    path.write_bytes(whole)
    with closing(SaveFile.open(path)) as save:
        turns = save.path(TurnId(10), 10)
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            for turn in (turns[2], turns[5]):
                insert(db, SnapshotRow(turn.segment, turn.depth, turn.id, '{"facts":[]}'))
            assert save.ledger_before(TurnId(10)) == (Ledger(), turns[6:])
            db.execute("UPDATE snapshot SET ledger='{}' WHERE turn=?", (turns[5].id,))
        assert save.ledger_before(TurnId(10)) == (Ledger(), turns[3:])
        assert save.ledger_before(turns[1].id) == (Ledger(), turns[:2])


def test_what_is_made_up_for_a_lost_description_and_a_lost_place_is_dated_now(whole: bytes, tmp_path: Path) -> None:
    path, into = tmp_path / "torn.fiction", tmp_path / "mended.fiction"
    path.write_bytes(whole)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("UPDATE story SET title='Another'")
        db.execute("UPDATE head SET turn=3")
    before = time.time() * 1000 - 1
    assert repair(path, into) == TURNS
    with closing(SaveFile.open(into)) as save:
        assert before <= save.story.created <= time.time() * 1000
        assert before <= save.story.updated <= time.time() * 1000
        assert save.story.title == "torn"
