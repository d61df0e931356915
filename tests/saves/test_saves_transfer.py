"""Export of saves, and import of strangers' saves."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bench.stories import choice, prose, record
from fiction.errors import FictionError, NotFound, SaveDamaged, SaveError, SaveTooNew
from fiction.saves import transfer
from fiction.saves.library import SaveLibrary
from fiction.saves.rows import TurnRow, replace_turn, row_of, seal
from fiction.saves.store import SaveFile
from fiction.saves.transfer import take_in
from fiction.story.memory import RevisionKind, TurnId
from fiction.story.turn import Turn

Grow = Callable[..., list[Turn]]


@pytest.fixture
def stranger(tmp_path: Path, grow: Grow) -> Path:
    """A save of five turns with a fork, edits and a bookmark, as somebody else might send it."""
    path = tmp_path / "stranger" / "tale.fiction"
    path.parent.mkdir()
    with closing(SaveFile.create(path, record(turns=0))) as save:
        turns = grow(save, 4)
        save.move(turns[1].id, expected=turns[3].id)
        grow(save, 1, start=30)
        save.revise(RevisionKind.SHORT_TERM, TurnId(5), "You owe Halla.")
        save.bookmark("here")
        save.choose(choice(7))
    return path


@pytest.fixture
def shelf(tmp_path: Path) -> SaveLibrary:
    return SaveLibrary(tmp_path / "saves")


def tamper(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA writable_schema=ON")
        for statement in statements:
            db.execute(statement)


def forge(path: Path, turn: int, **columns: object) -> None:
    """Change a turn as somebody would who knows how checksums are made."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        row = row_of(db, TurnRow, "WHERE id=?", (turn,))
        assert row is not None
        replace_turn(db, row._replace(**columns))  # type: ignore[arg-type]


def test_what_is_exported_and_imported_is_the_same_story(stranger: Path, shelf: SaveLibrary, tmp_path: Path) -> None:
    with closing(SaveFile.open(stranger)) as save:
        turns = [save.turn(TurnId(number)) for number in range(1, 6)]
        uuid = save.story.uuid
        save.export(tmp_path / "out.fiction")
    name = shelf.import_story(tmp_path / "out.fiction")
    with closing(shelf.open(name)) as save:
        assert save.verify() == []
        assert [save.turn(TurnId(number)) for number in range(1, 6)] == turns
        head = save.head()
        assert head is not None
        assert (head.id, head.memory) == (5, "You owe Halla.")
        assert save.forward(TurnId(2)) == 5
        assert [mark.name for mark in save.bookmarks()] == ["here"]
        assert save.story.uuid != uuid
        assert save.story.world_text == record(turns=0).world_text


def test_an_export_holds_nothing_private_not_even_in_free_space(stranger: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.fiction"
    with closing(SaveFile.open(stranger)) as save:
        save.choose(replace(choice(7), text="nothing that anybody else should read"))
        private = replace(save.story.reader, lines=("spiders in the eyes",), veils=("the drowning",), likes=("dread",))
        save.configure(save.story.settings, private)
        save.export(out)
    data = out.read_bytes()
    for text in (b"anybody else", b"spiders", b"the drowning", b"dread"):
        assert text not in data
    assert out.stat().st_mode & 0o777 == 0o600
    with closing(SaveFile.open(out, read_only=True)) as save:
        assert save.pending() is None
        assert (save.story.reader.name, save.story.reader.lines) == ("Ada", ())


def test_a_failed_export_leaves_what_was_there(stranger: Path, tmp_path: Path) -> None:
    with closing(SaveFile.open(stranger)) as save:
        with pytest.raises(FictionError):
            save.export(tmp_path / "missing" / "out.fiction")
        (tmp_path / "folder").mkdir()
        with pytest.raises(SaveError):
            save.export(tmp_path / "folder")
        forge_without_seal(stranger)
        (tmp_path / "out.fiction").write_text("the old one")
        with pytest.raises(SaveDamaged):
            save.export(tmp_path / "out.fiction")
    assert (tmp_path / "out.fiction").read_text() == "the old one"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder", "out.fiction", "stranger"]


def forge_without_seal(path: Path) -> None:
    tamper(path, "UPDATE turn SET passage='Something else.' WHERE id=1")


HOSTILE = {
    "a trigger": ["CREATE TRIGGER x AFTER INSERT ON turn BEGIN DELETE FROM turn; END"],
    "a view in a table's place": ["ALTER TABLE vector RENAME TO v2", "CREATE VIEW vector AS SELECT * FROM v2"],
    "a table more": ["CREATE TABLE secrets(x)"],
    "a generated column": ["ALTER TABLE head ADD COLUMN z AS (hex(zeroblob(1000000000)))"],
    "another program's mark": ["PRAGMA application_id=1"],
    "no format": ["PRAGMA user_version=0"],
    "a passage with a wrong checksum": ["UPDATE turn SET passage='Something else.' WHERE id=2"],
    "a head that points nowhere": ["UPDATE head SET turn=99"],
    "a bookmark that points nowhere": ["UPDATE bookmark SET turn=99"],
    "a turn without a parent row": ["DELETE FROM turn WHERE id=1"],
    "no head": ["DELETE FROM head"],
    "no story": ["DELETE FROM story"],
    "no pack": ["DELETE FROM pack"],
    "text that is no Unicode": ["UPDATE turn SET passage=CAST(x'ff00fe' AS TEXT) WHERE id=2"],
    "a text of nine megabytes": ["UPDATE turn SET passage=hex(zeroblob(4600000)) WHERE id=2"],
}


@pytest.mark.parametrize("statements", HOSTILE.values(), ids=HOSTILE)
def test_a_strangers_file_that_is_not_a_whole_save_is_refused(
    stranger: Path, shelf: SaveLibrary, statements: list[str]
) -> None:
    tamper(stranger, *statements)
    with pytest.raises(SaveError) as caught:
        shelf.import_story(stranger)
    assert caught.value.message.endswith(".")
    assert shelf.cards() == ()


FORGED: dict[str, tuple[int, dict[str, object]]] = {
    "a cycle": (1, {"parent": 4}),
    "a turn that is its own parent": (2, {"parent": 2}),
    "a depth that lies": (3, {"depth": 9}),
    "a fork that lies": (5, {"depth": 4}),
    "an enormous id": (5, {"id": 2**62}),
    "a negative id": (5, {"id": -1}),
    "plans that are no JSON": (2, {"plans": "[{"}),
    "plans of another shape": (2, {"plans": '[{"name": 1}]'}),
    "plans as deep as a well": (2, {"plans": "[" * 200_000}),
    "a ledger operation that there is not": (2, {"ledger_ops": '[{"op": "drop_table"}]'}),
    "a stage that there is not": (2, {"stage": "untold"}),
}


@pytest.mark.parametrize(("turn", "columns"), FORGED.values(), ids=FORGED)
def test_a_forged_turn_is_refused(stranger: Path, shelf: SaveLibrary, turn: int, columns: dict[str, object]) -> None:
    with closing(sqlite3.connect(stranger, isolation_level=None)) as db:
        row = row_of(db, TurnRow, "WHERE id=?", (turn,))
        assert row is not None
        marks = ",".join(f"{name}=?" for name in row._fields)
        db.execute(f"UPDATE turn SET {marks} WHERE id=?", (*seal(row._replace(**columns)), turn))  # type: ignore[arg-type]
    with pytest.raises(SaveDamaged):
        shelf.import_story(stranger)
    assert shelf.cards() == ()


def test_forged_text_comes_in_clean(stranger: Path, shelf: SaveLibrary) -> None:
    evil = "You \x1b]0;PWNED\x07see \x9b31ma \u202elight" + "\u0301" * 50
    plans = '[{"label": "\\u001b[2JGo", "stake": "\\u202e", "approach": "bold"}]'
    forge(stranger, 5, passage=evil, memory=evil, plans=plans, title=evil, importance=99, created=2**60)
    with closing(shelf.open(shelf.import_story(stranger))) as save:
        turn = save.head()
        assert turn is not None
        assert turn.passage == "You see a light" + "\u0301" * 8
        assert (turn.plans[0].label, turn.importance) == ("Go", 10)
        assert turn.created < 2**48
        assert "\x1b" not in repr(turn).replace("\\x1b", "\x1b")


def test_a_forged_file_that_is_opened_in_place_shows_nothing_unclean(stranger: Path) -> None:
    plans = '[{"label": "\\u001b[2JGo", "stake": "\\u202e", "approach": "bold"}]'
    forge(stranger, 5, passage="You \x1b]0;PWNED\x07see.", plans=plans)
    with closing(SaveFile.open(stranger)) as save:
        turn = save.head()
        assert turn is not None
        assert (turn.passage, turn.plans[0].label, turn.plans[0].stake) == ("You see.", "Go", "")


@pytest.mark.parametrize(
    ("vector", "kept"),
    [
        (b"\0<" * 4, True),
        (b"\0<\0", False),
        (b"\0\x7c", False),
        (b"\0\xff", False),
        (b"", False),
        (bytes(20_000), False),
    ],
    ids=["good", "odd", "infinite", "undefined", "empty", "long"],
)
def test_only_vectors_that_are_numbers_come_in(stranger: Path, shelf: SaveLibrary, vector: bytes, kept: bool) -> None:
    from fiction.saves.rows import VectorRow, insert

    with closing(sqlite3.connect(stranger, isolation_level=None)) as db:
        insert(db, VectorRow(1, "hashed-4", vector))
    with closing(shelf.open(shelf.import_story(stranger))) as save, closing(save.archive()) as archive:
        assert [found.vector for _, found in archive.embeddings("hashed-4")] == ([vector] if kept else [])


def test_a_wal_flag_in_the_header_does_no_harm(stranger: Path, shelf: SaveLibrary) -> None:
    with closing(sqlite3.connect(stranger)) as db:
        db.execute("PRAGMA journal_mode=WAL")
    before = sorted(each.name for each in stranger.parent.iterdir())
    with closing(shelf.open(shelf.import_story(stranger))) as save:
        head = save.head()
        assert head is not None
        assert head.passage == prose(30)
    assert sorted(each.name for each in stranger.parent.iterdir()) == before


def test_a_save_of_a_later_version_is_not_taken_in(stranger: Path, shelf: SaveLibrary) -> None:
    tamper(stranger, "PRAGMA user_version=3")
    with pytest.raises(SaveTooNew):
        shelf.import_story(stranger)


def test_a_link_a_folder_a_large_file_and_nothing_are_not_taken_in(
    stranger: Path, shelf: SaveLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = tmp_path / "link.fiction"
    link.symlink_to(stranger)
    for path in (link, tmp_path):
        with pytest.raises(SaveError, match="not a file"):
            shelf.import_story(path)
    with pytest.raises(NotFound):
        shelf.import_story(tmp_path / "none.fiction")
    monkeypatch.setattr(transfer, "LARGEST", 1000)
    with pytest.raises(SaveError, match="larger"):
        shelf.import_story(stranger)


def test_a_schema_that_differs_by_a_blank_is_not_ours(stranger: Path, shelf: SaveLibrary) -> None:
    tamper(stranger, "UPDATE sqlite_master SET sql=replace(sql, 'text TEXT NOT NULL', 'text  TEXT NOT NULL')")
    with pytest.raises(SaveDamaged, match="tables"):
        shelf.import_story(stranger)


def test_an_import_that_fails_half_way_leaves_nothing(stranger: Path, tmp_path: Path) -> None:
    forge(stranger, 5, usage="no JSON")
    into = tmp_path / "saves"
    into.mkdir()
    with pytest.raises(SaveDamaged):
        take_in(stranger, into / "new.fiction")
    assert list(into.iterdir()) == []
