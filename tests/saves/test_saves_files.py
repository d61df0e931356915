"""Files: how a connection is set, what a header says, and that what is written is on the disk."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bench.stories import record
from fiction.errors import SaveDamaged, SaveError, SaveTooNew
from fiction.saves.creation import lay_down, laying_down
from fiction.saves.files import (
    APPLICATION_ID,
    MAX_VALUE,
    Header,
    Mode,
    asked_header,
    check_header,
    connect,
    make_private,
    read_header,
)
from fiction.saves.migrations import STEPS
from fiction.saves.moved import identity, write_anew
from fiction.saves.names import LONGEST, file_name, unlike
from fiction.saves.store import SaveFile
from fiction.saves.upgrade import keep_copy, upgrade
from fiction.story.turn import Turn

Grow = Callable[..., list[Turn]]


@pytest.fixture
def path(save: SaveFile, grow: Grow) -> Path:
    grow(save, 2)
    save.close()
    return save.file


def setting(db: sqlite3.Connection, name: str) -> object:
    return db.execute(f"PRAGMA {name}").fetchone()[0]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("write", {"foreign_keys": 1, "journal_mode": "delete", "synchronous": 3, "query_only": 0}),
        ("read", {"query_only": 0}),
        ("frozen", {"query_only": 1}),
    ],
)
def test_a_connection_trusts_nothing_and_writes_durably(path: Path, mode: Mode, expected: dict[str, object]) -> None:
    with closing(connect(path, mode)) as db:
        assert {name: setting(db, name) for name in expected} == expected
        assert (setting(db, "trusted_schema"), setting(db, "cell_size_check"), db.isolation_level) == (0, 1, None)
        assert setting(db, "mmap_size") in (0, None)
        assert db.getlimit(sqlite3.SQLITE_LIMIT_LENGTH) == MAX_VALUE
        assert (setting(db, "busy_timeout")) == 5000
    with closing(connect(path, mode, wait=0.5)) as db:
        assert (setting(db, "busy_timeout")) == 500


@pytest.mark.parametrize("mode", ["read", "frozen"])
def test_who_only_reads_can_change_nothing(path: Path, mode: Mode) -> None:
    with closing(connect(path, mode)) as db, pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("DELETE FROM bookmark")


def test_a_row_that_others_need_can_not_be_taken_away(path: Path) -> None:
    with closing(connect(path, "write")) as db, pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        db.execute("DELETE FROM turn WHERE id=1")


def test_a_header_is_read_and_asked_alike(path: Path) -> None:
    assert read_header(path) == Header(True, len(STEPS), APPLICATION_ID)
    with closing(connect(path, "read")) as db:
        assert asked_header(db) == read_header(path)


@pytest.mark.parametrize("size", [0, 99])
def test_what_is_shorter_than_a_header_is_no_database(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])
    assert read_header(path) == Header(False, 0, 0)


def test_a_hundred_bytes_are_a_header(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])
    assert read_header(path).is_sqlite


@pytest.mark.parametrize(
    ("header", "error"),
    [
        (Header(True, 1, APPLICATION_ID), None),
        (Header(True, 2, APPLICATION_ID), None),
        (Header(True, 3, APPLICATION_ID), SaveTooNew),
        (Header(True, 0, APPLICATION_ID), SaveDamaged),
        (Header(True, 1, APPLICATION_ID + 1), SaveDamaged),
        (Header(False, 1, APPLICATION_ID), SaveDamaged),
    ],
)
def test_only_our_own_formats_are_read(header: Header, error: type[SaveError] | None) -> None:
    if error is None:
        check_header(header, "tale", newest=2)
        return
    with pytest.raises(error):
        check_header(header, "tale", newest=2)


def test_a_private_file_takes_the_place_of_what_lay_there(tmp_path: Path) -> None:
    lying = tmp_path / "a"
    lying.write_text("somebody else's")
    lying.chmod(0o644)
    make_private(lying)
    assert (lying.read_bytes(), lying.stat().st_mode & 0o777) == (b"", 0o600)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Names of the files and folders that Python has had written to the disk."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("the system does not say which file a descriptor is of")
    found: list[str] = []
    fsync = os.fsync

    def noted(fd: int) -> None:
        found.append(Path(f"/proc/self/fd/{fd}").readlink().name)
        fsync(fd)

    monkeypatch.setattr(os, "fsync", noted)
    yield found


def test_a_new_name_is_on_the_disk_before_anybody_relies_on_it(path: Path, tmp_path: Path, synced: list[str]) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with closing(SaveFile.open(path)) as save:
        save.export(folder / "out.fiction")
    assert synced == ["out"]
    lay_down(folder / "new.fiction", record(turns=0))
    assert synced == ["out", "out"]
    keep_copy(path, folder / "copy.bak")
    assert synced == ["out", "out", ".copy.bak.new", "out"]
    with closing(connect(path, "read")) as db:
        write_anew(db, folder / "anew.fiction")
    assert synced[4:] == ["out"]


def test_a_story_without_a_date_is_dated_now_in_milliseconds(tmp_path: Path) -> None:
    path, before = tmp_path / "new.fiction", time.time()
    lay_down(path, replace(record(turns=0), created=0, updated=0))
    with closing(SaveFile.open(path)) as save:
        assert before * 1000 - 1 <= save.story.updated <= time.time() * 1000
    lay_down(tmp_path / "old.fiction", replace(record(turns=0), created=5, updated=0))
    with closing(SaveFile.open(tmp_path / "old.fiction")) as save:
        assert (save.story.created, save.story.updated) == (5, 5)
    lay_down(tmp_path / "older.fiction", replace(record(turns=0), created=5, updated=7))
    with closing(SaveFile.open(tmp_path / "older.fiction")) as save:
        assert (save.story.created, save.story.updated) == (5, 7)


def test_a_block_that_fails_leaves_no_file_and_one_that_ends_leaves_only_the_save(tmp_path: Path) -> None:
    path = tmp_path / "new.fiction"
    with pytest.raises(KeyError), laying_down(path):
        assert (tmp_path / ".new.fiction.new").exists()
        raise KeyError
    assert list(tmp_path.iterdir()) == []
    with laying_down(path):
        assert not path.exists()
    assert list(tmp_path.iterdir()) == [path]
    assert read_header(path) == Header(True, len(STEPS), APPLICATION_ID)


def test_a_new_save_does_not_take_the_place_of_anything(tmp_path: Path) -> None:
    (tmp_path / "link.fiction").symlink_to(tmp_path / "nowhere")
    (tmp_path / "file.fiction").write_text("x")
    for name in ("link", "file"):
        with pytest.raises(SaveError, match=f"a save called {name} already"):
            lay_down(tmp_path / f"{name}.fiction", record(turns=0))
    assert (tmp_path / "file.fiction").read_text() == "x"


def test_every_step_that_lacks_is_taken_in_order_and_once(path: Path) -> None:
    taken: list[int] = []
    steps = (*STEPS, *(lambda _, number=number: taken.append(number) for number in (2, 3, 4)))
    upgrade(path, steps=steps[:-1])
    assert (taken, read_header(path).version) == ([2, 3], 3)
    upgrade(path, steps=steps)
    assert (taken, read_header(path).version) == ([2, 3, 4], 4)
    upgrade(path, steps=steps)
    assert taken == [2, 3, 4]
    assert path.with_name("tale.fiction.v1.bak").exists()
    assert path.with_name("tale.fiction.v3.bak").exists()


def test_a_step_sees_rows_without_their_references_being_checked_until_it_ends(path: Path) -> None:
    def rebuilt(db: sqlite3.Connection) -> None:
        db.execute("CREATE TABLE copy AS SELECT * FROM turn")
        db.execute("DELETE FROM turn")
        db.execute("INSERT INTO turn SELECT * FROM copy")
        db.execute("DROP TABLE copy")

    upgrade(path, steps=(*STEPS, rebuilt))
    assert read_header(path).version == 2


def test_a_file_is_known_by_what_it_is_and_not_by_its_name(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("x")
    before = identity(one)
    assert before == (one.stat().st_dev, one.stat().st_ino)
    one.rename(other)
    assert (identity(one), identity(other)) == (None, before)
    one.symlink_to(other)
    assert identity(one) != before


def test_a_save_written_anew_has_a_free_name_beside_it(path: Path) -> None:
    with closing(connect(path, "read")) as db:
        assert [write_anew(db, path).name for _ in range(2)] == ["tale-2.fiction", "tale-3.fiction"]
    with closing(SaveFile.open(path.with_name("tale-2.fiction"))) as save:
        assert (save.verify(), save.name) == ([], "tale-2")
    assert not list(path.parent.glob(".*.new"))


def test_a_name_that_is_taken_gets_the_first_free_number_from_2_on() -> None:
    assert unlike("tale", []) == "tale"
    assert unlike("tale", ["other"]) == "tale"
    assert unlike("tale", ["TALE"]) == "tale-2"
    assert unlike("tale", ["tale", "tale-2", "tale-4"]) == "tale-3"


def test_a_name_has_at_most_120_bytes_and_no_half_of_a_letter() -> None:
    assert file_name("x" * 500) == "x" * LONGEST
    assert file_name("ä" * 500) == "ä" * (LONGEST // 2)
    assert file_name("x" * 119 + "-tail") == "x" * 119
    assert file_name("x" + "ä" * 500) == "x" + "ä" * 59
