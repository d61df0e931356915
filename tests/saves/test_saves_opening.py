"""Opening a save: who may, what is refused, what is left untouched."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bench.stories import choice, draft, record, reflection
from fiction.errors import NotFound, SaveBusy, SaveDamaged, SaveError, SaveTooNew
from fiction.saves.lock import lock_path
from fiction.saves.store import SaveFile
from fiction.story.turn import Turn

Grow = Callable[..., list[Turn]]


@pytest.fixture
def path(save: SaveFile, grow: Grow) -> Path:
    """A save of three turns, closed."""
    grow(save, 3)
    save.close()
    return save.file


def test_only_its_owner_may_read_a_save(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(lock_path(path).stat().st_mode) == 0o600


def test_the_file_is_marked_as_ours(path: Path) -> None:
    head = path.read_bytes()[:100]
    assert head[68:72] == b"FICT"
    assert head[60:64] == b"\0\0\0\1"
    assert head[18:20] == b"\1\1", "a rollback journal, not WAL"


def test_a_name_that_is_taken_is_refused(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(SaveError, match="already"):
        SaveFile.create(path, record(turns=0))
    assert path.read_bytes() == before


def test_nothing_is_left_of_a_save_that_could_not_be_made(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        SaveFile.create(tmp_path / "missing" / "tale.fiction", record(turns=0))
    with pytest.raises(SaveError, match="too long"):
        SaveFile.create(tmp_path / f"{'x' * 250}.fiction", record(turns=0))
    assert list(tmp_path.iterdir()) == []


def test_a_save_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        SaveFile.open(tmp_path / "none.fiction")
    assert list(tmp_path.iterdir()) == []


def test_another_process_finds_the_story_busy_and_may_read_it(save: SaveFile, grow: Grow) -> None:
    grow(save, 2)
    script = """
import sys
from pathlib import Path
from fiction.errors import SaveBusy, SaveError
from fiction.saves.store import SaveFile
path = Path(sys.argv[1])
try:
    SaveFile.open(path)
except SaveBusy as error:
    print(error.sentence)
reader = SaveFile.open(path, read_only=True)
print(reader.head().depth)
try:
    reader.rename("x")
except SaveError as error:
    print(error.sentence)
"""
    done = subprocess.run([sys.executable, "-c", script, str(save.file)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "tale is open in another window. Close it there first.",
        "2",
        "tale was opened for reading only.",
    ]


def test_a_reader_sees_what_the_player_tells_meanwhile(save: SaveFile, grow: Grow) -> None:
    with closing(SaveFile.open(save.file, read_only=True)) as reader:
        grow(save, 2)
        head = reader.head()
        assert head is not None
        assert head.depth == 2


def test_a_reader_leaves_nothing_behind_and_changes_nothing(path: Path) -> None:
    lock_path(path).unlink()
    before = path.read_bytes()
    with closing(SaveFile.open(path, read_only=True)) as reader:
        reader.head()
        reader.verify()
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert path.read_bytes() == before


def test_the_lock_is_free_again_after_closing_and_after_a_refusal(path: Path) -> None:
    first = SaveFile.open(path)
    with pytest.raises(SaveBusy):
        SaveFile.open(path)
    first.close()
    SaveFile.open(path).close()


@pytest.mark.parametrize("read_only", [False, True])
def test_a_save_of_a_later_version_is_refused_untouched(path: Path, read_only: bool) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version=7")
    before, when = path.read_bytes(), path.stat().st_mtime_ns
    with pytest.raises(SaveTooNew, match="format 7"):
        SaveFile.open(path, read_only=read_only)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, when)


@pytest.mark.parametrize(
    "content",
    [b"", b"not a save", b"SQLite format 3\0", b"SQLite format 3\0" + bytes(4080), os.urandom(9000)],
    ids=["empty", "text", "magic", "zeros", "noise"],
)
@pytest.mark.parametrize("read_only", [False, True])
def test_a_file_that_is_no_save_is_damaged_and_left_as_it_is(tmp_path: Path, content: bytes, read_only: bool) -> None:
    path = tmp_path / "odd.fiction"
    path.write_bytes(content)
    with pytest.raises(SaveDamaged):
        SaveFile.open(path, read_only=read_only)
    assert path.read_bytes() == content


def test_another_programs_database_is_not_a_save(tmp_path: Path) -> None:
    path = tmp_path / "other.fiction"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE notes(text)")
    with pytest.raises(SaveDamaged, match="not a save"):
        SaveFile.open(path)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON turn BEGIN DELETE FROM turn; END",
        "CREATE VIEW v AS SELECT * FROM turn",
        "CREATE TABLE more(x)",
        "ALTER TABLE turn ADD COLUMN more TEXT",
        "DROP INDEX turn_parent",
        "CREATE INDEX more ON turn(length(passage))",
    ],
)
def test_a_save_that_holds_more_or_less_than_a_save_is_not_opened(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(statement)
    with pytest.raises(SaveDamaged, match="tables"):
        SaveFile.open(path)


def test_a_folder_of_that_name_is_no_save(tmp_path: Path) -> None:
    (tmp_path / "folder.fiction").mkdir()
    with pytest.raises(SaveError):
        SaveFile.open(tmp_path / "folder.fiction")


def test_a_save_that_something_turned_to_wal_is_turned_back(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")
    with closing(SaveFile.open(path)) as save:
        head = save.head()
        assert head is not None
        save.complete(save.tell(head.id, draft(4), head=head.id).id, reflection(4))
    assert path.read_bytes()[18:20] == b"\1\1"
    assert not path.with_name(f"{path.name}-wal").exists()


def test_names_that_mean_something_to_sqlite_are_only_names(tmp_path: Path) -> None:
    path = tmp_path / "why? #1 100%25 & mode=ro.fiction"
    with closing(SaveFile.create(path, record(turns=0))) as save:
        save.choose(choice(2))
        assert save.name == "why? #1 100%25 & mode=ro"
    assert path.stat().st_size > 0
