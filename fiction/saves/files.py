"""Opening a save's file: the connection, and checks of header and tables."""

import os
import sqlite3
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from fiction.errors import SaveDamaged, SaveTooNew
from fiction.saves.migrations import STEPS, Step

APPLICATION_ID = 0x46494354
"""`FICT`: marks an SQLite file as one of this program."""
SUFFIX = ".fiction"
MAX_VALUE = 8 << 20
"""Bytes of one text; packs and turns need far less."""
WAIT = 5.0
"""Seconds that a connection waits while another one has the file locked."""

Mode = Literal["write", "read", "frozen"]
"""`frozen` reads the file as immutable: no locks, no journal, no files beside it."""

_QUERY: dict[Mode, str] = {"write": "mode=rw", "read": "mode=ro", "frozen": "mode=ro&immutable=1"}


class Header(NamedTuple):
    """Fields of an SQLite file's first hundred bytes (https://sqlite.org/fileformat2.html)."""

    is_sqlite: bool
    version: int
    application: int


def connect(path: Path, mode: Mode, *, wait: float = WAIT) -> sqlite3.Connection:
    """A connection hardened against hostile files. Transactions are explicit."""
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
    """Let SQLite roll back a killed process's journal, or check in a log; a reading connection may do neither."""
    journal = path.with_name(f"{path.name}-journal")
    if (journal.is_file() and journal.stat().st_size) or _keeps_a_wal(path):
        with suppress(sqlite3.Error, UnicodeError), closing(connect(path, "write")) as db:
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _keeps_a_wal(path: Path) -> bool:
    """Whether the file is in write-ahead mode, in which even reading makes files beside it.

    Our saves never are; a connection that writes changes the mode back.
    """
    try:
        with path.open("rb") as file:
            return 2 in file.read(20)[18:20]
    except OSError:
        return False


def read_header(path: Path) -> Header:
    """The header, read without SQLite, so that a foreign file stays untouched."""
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100 or not head.startswith(b"SQLite format 3\0"):
        return Header(False, 0, 0)
    return Header(True, int.from_bytes(head[60:64], "big"), int.from_bytes(head[68:72], "big"))


def asked_header(db: sqlite3.Connection) -> Header:
    """The header as read through a connection."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    (application,) = db.execute("PRAGMA application_id").fetchone()
    return Header(True, version, application)


def check_header(header: Header, name: str, *, newest: int = len(STEPS)) -> None:
    """Raise unless the file is a save that this version reads.

    Raises:
        SaveTooNew: its format is later than `newest`.
        SaveDamaged: it is no save.
    """
    if not header.is_sqlite or header.application != APPLICATION_ID or header.version < 1:
        raise SaveDamaged(f"{name} is not a save of fiction, or its beginning is damaged.")
    if header.version > newest:
        message = f"{name} was made by a later version of fiction (format {header.version}; this one reads {newest})."
        raise SaveTooNew(message, hint="Update fiction to play it; the file was left as it is.")


def check_tables(db: sqlite3.Connection, name: str, *, steps: tuple[Step, ...] = STEPS) -> None:
    """Raise unless the file holds exactly our tables and indexes: no other trigger, view or column.

    Raises:
        SaveDamaged: it holds anything else.
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
    """Create an empty file, readable by its owner only; replaces an existing one."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk, if the system supports it."""
    if os.name == "posix":
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
