"""Opening a save's file: which connection, which header, which tables."""

import os
import sqlite3
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from fiction.errors import SaveDamaged, SaveTooNew
from fiction.saves.migrations import STEPS, Step

APPLICATION_ID = 0x46494354
"""`FICT`: says whose SQLite file it is."""
SUFFIX = ".fiction"
MAX_VALUE = 8 << 20
"""Bytes of one text: far more than a pack or a turn needs."""
WAIT = 5.0
"""Seconds that a connection waits for another one of the same file."""

Mode = Literal["write", "read", "frozen"]
"""`frozen` reads a file as if nothing could change it: no locks, no journal, nothing made beside it."""

_QUERY: dict[Mode, str] = {"write": "mode=rw", "read": "mode=ro", "frozen": "mode=ro&immutable=1"}


class Header(NamedTuple):
    """What the first hundred bytes of an SQLite file say (https://sqlite.org/fileformat2.html)."""

    is_sqlite: bool
    version: int
    application: int


def connect(path: Path, mode: Mode, *, wait: float = WAIT) -> sqlite3.Connection:
    """A connection that trusts nothing in the file. Transactions are explicit."""
    if mode == "read":
        _settle(path)
    uri = f"{path.absolute().as_uri()}?{_QUERY[mode]}"
    db = sqlite3.connect(uri, uri=True, timeout=wait, isolation_level=None, check_same_thread=False)
    try:
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
        db.execute("PRAGMA trusted_schema=OFF")
        db.execute("PRAGMA cell_size_check=ON")
        db.execute("PRAGMA mmap_size=0")
        if mode == "write":
            db.execute("PRAGMA foreign_keys=ON")
            db.execute("PRAGMA journal_mode=DELETE")
            db.execute("PRAGMA synchronous=EXTRA")
        if mode == "frozen":
            db.execute("PRAGMA query_only=ON")
    except BaseException:
        db.close()
        raise
    return db


def _settle(path: Path) -> None:
    """Let SQLite do what a reading connection may not: roll back what a killed process left, take in a log."""
    journal = path.with_name(f"{path.name}-journal")
    if (journal.is_file() and journal.stat().st_size) or _keeps_a_wal(path):
        with suppress(sqlite3.Error, UnicodeError), closing(connect(path, "write")) as db:
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _keeps_a_wal(path: Path) -> bool:
    """Whether the file says that it is written ahead, as ours never are: even reading it would make files beside it.

    A connection that writes takes that back.
    """
    try:
        with path.open("rb") as file:
            return 2 in file.read(20)[18:20]
    except OSError:
        return False


def read_header(path: Path) -> Header:
    """The header, without SQLite, so that a file that is not ours is not touched in any way."""
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100 or not head.startswith(b"SQLite format 3\0"):
        return Header(False, 0, 0)
    return Header(True, int.from_bytes(head[60:64], "big"), int.from_bytes(head[68:72], "big"))


def asked_header(db: sqlite3.Connection) -> Header:
    """The header as a connection sees it."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    (application,) = db.execute("PRAGMA application_id").fetchone()
    return Header(True, version, application)


def check_header(header: Header, name: str, *, newest: int = len(STEPS)) -> None:
    """Raise unless the file is a save that this version reads.

    Raises:
        SaveTooNew: its format is later than `newest`.
        SaveDamaged: it is something else.
    """
    if not header.is_sqlite or header.application != APPLICATION_ID or header.version < 1:
        raise SaveDamaged(f"{name} is not a save of fiction, or its beginning is damaged.")
    if header.version > newest:
        message = f"{name} was made by a later version of fiction (format {header.version}; this one reads {newest})."
        raise SaveTooNew(message, hint="Update fiction to play it; the file was left as it is.")


def check_tables(db: sqlite3.Connection, name: str, *, steps: tuple[Step, ...] = STEPS) -> None:
    """Raise unless the file holds exactly our tables and indexes: no trigger, view or column more.

    Raises:
        SaveDamaged: it holds something else.
    """
    if _tables(db) != _expected(steps):
        raise SaveDamaged(f"{name} does not hold the tables of a save, or holds more than them.")


def _tables(db: sqlite3.Connection) -> frozenset[tuple[str, str, str, str | None]]:
    return frozenset(db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall())


@cache
def _expected(steps: tuple[Step, ...]) -> frozenset[tuple[str, str, str, str | None]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        for step in steps:
            step(db)
        return _tables(db)


def make_private(path: Path) -> None:
    """Make an empty file that only its owner may read, in the place of whatever lay there."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can do that."""
    if os.name == "posix":
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
