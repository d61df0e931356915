"""Migrations: taken whole or not at all, the file before kept, every released format opened for ever."""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from saves.stored import account

from bench.stories import prose
from fiction.errors import SaveBusy, SaveError, SaveTooNew
from fiction.saves.codec import LEDGER_OPS, READER
from fiction.saves.files import connect
from fiction.saves.migrations import STEPS
from fiction.saves.opening import open_for_play
from fiction.saves.store import SaveFile
from fiction.saves.upgrade import take, upgrade
from fiction.story.ledger import ThreadStatus, TouchThread
from fiction.story.reader import Pronouns
from fiction.story.turn import Turn

DATA = Path(__file__).parent / "data"
Grow = Callable[..., list[Turn]]


@pytest.fixture
def path(save: SaveFile, grow: Grow) -> Path:
    grow(save, 4)
    save.close()
    return save.file


def to_two(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE weather(turn INTEGER PRIMARY KEY, sky TEXT NOT NULL) STRICT")
    db.execute("INSERT INTO weather SELECT id, 'grey' FROM turn")


def fails_halfway(db: sqlite3.Connection) -> None:
    to_two(db)
    db.execute("INSERT INTO nowhere VALUES(1)")


def leaves_a_loose_end(db: sqlite3.Connection) -> None:
    db.execute("UPDATE turn SET parent=999 WHERE id=2")


def version(path: Path) -> int:
    return int.from_bytes(path.read_bytes()[60:64], "big")


def test_an_older_save_is_brought_up_and_kept_as_it_was(path: Path) -> None:
    before = path.read_bytes()
    upgrade(path, steps=(*STEPS, to_two))
    assert version(path) == 2
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM weather").fetchone() == (4,)
    assert path.with_name("tale.fiction.v1.bak").read_bytes() == before
    assert path.with_name("tale.fiction.v1.bak").stat().st_mode & 0o777 == 0o600


def test_a_save_of_this_format_is_left_alone(path: Path) -> None:
    before = path.read_bytes()
    upgrade(path)
    assert path.read_bytes() == before
    assert not path.with_name("tale.fiction.v1.bak").exists()


@pytest.mark.parametrize("step", [fails_halfway, leaves_a_loose_end])
def test_a_step_that_fails_leaves_the_save_as_it_was(path: Path, step: Callable[[sqlite3.Connection], None]) -> None:
    with pytest.raises(SaveError):
        upgrade(path, steps=(*STEPS, step))
    assert version(path) == 1
    with closing(SaveFile.open(path)) as save:
        assert save.verify() == []
        head = save.head()
        assert head is not None
        assert head.passage == prose(4)


def test_what_was_reached_before_a_failing_step_is_kept(path: Path) -> None:
    with pytest.raises(SaveError):
        upgrade(path, steps=(*STEPS, to_two, fails_halfway))
    assert version(path) == 2
    upgrade(path, steps=(*STEPS, to_two, lambda db: None))
    assert version(path) == 3


def test_a_kill_in_the_middle_leaves_the_save_as_it_was(path: Path) -> None:
    script = """
import os, signal, sys
from pathlib import Path
from fiction.saves.migrations import STEPS
from fiction.saves.upgrade import take, upgrade
def killed(db):
    db.execute("PRAGMA cache_size=1")
    db.execute("CREATE TABLE weather(turn INTEGER PRIMARY KEY, sky TEXT NOT NULL) STRICT")
    db.execute("UPDATE turn SET passage=passage || hex(randomblob(20000))")
    os.kill(os.getpid(), signal.SIGKILL)
upgrade(Path(sys.argv[1]), steps=(*STEPS, killed))
"""
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    journal = path.with_name(f"{path.name}-journal")
    assert journal.stat().st_size > 0, "it was killed in the middle of writing"
    with closing(SaveFile.open(path)) as save:
        assert save.verify() == []
        head = save.head()
        assert head is not None
        assert head.passage == prose(4)
    assert version(path) == 1


def test_opening_brings_a_save_up_under_its_lock(path: Path) -> None:
    db, lock = open_for_play(path, steps=(*STEPS, to_two))
    with closing(db):
        assert db.execute("SELECT sky FROM weather").fetchone() == ("grey",)
        with pytest.raises(SaveBusy):
            SaveFile.open(path)
    lock.release()
    assert version(path) == 2
    with pytest.raises(SaveTooNew):
        SaveFile.open(path)


@pytest.mark.parametrize("stored", sorted(DATA.glob("format-*.fiction")), ids=lambda path: path.stem)
def test_a_save_of_every_released_format_opens_with_all_that_it_held(stored: Path, tmp_path: Path) -> None:
    path = tmp_path / stored.name
    shutil.copyfile(stored, path)
    with closing(SaveFile.open(path)) as save:
        assert save.verify() == []
        held = json.loads(stored.with_suffix(".json").read_text(encoding="utf-8"))
        assert only_what(held, account(save)) == held


def test_what_was_written_before_a_field_was_added_is_read_without_it() -> None:
    assert LEDGER_OPS.decode('[{"id": "well", "status": "paid", "op": "touch_thread"}]') == (
        TouchThread("well", ThreadStatus.PAID),
    )
    assert READER.decode('{"pronouns": {"they": "she", "them": "her", "their": "her"}}').pronouns.told == "she/her"
    assert READER.decode('{"pronouns": {"they": "they", "them": "them", "their": "their"}}').pronouns == Pronouns()


def only_what(held: object, found: object) -> object:
    """What is found, without the fields that a later version added to what was held."""
    if isinstance(held, dict) and isinstance(found, dict):
        return {name: only_what(held[name], value) for name, value in found.items() if name in held}
    if isinstance(held, list) and isinstance(found, list) and len(held) == len(found):
        return [only_what(*pair) for pair in zip(held, found, strict=True)]
    return found


def test_a_step_that_fails_leaves_the_connection_free_for_the_next(path: Path) -> None:
    with closing(connect(path, "write")) as db:
        for step, error in ((fails_halfway, sqlite3.Error), (leaves_a_loose_end, (SaveError, sqlite3.Error))):
            with pytest.raises(error):
                take(db, step, 2, "tale")
            assert not db.in_transaction
        take(db, to_two, 2, "tale")
    assert version(path) == 2
