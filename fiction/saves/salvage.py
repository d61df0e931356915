"""Reading a damaged save: every row that can be reached and has a matching checksum.

`PRAGMA writable_schema=ON` on a read-only, immutable connection gets past SQLite's refusal to open a file that is
shorter than its header says; every row is then asked for on its own.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from fiction.saves.files import connect
from fiction.saves.rows import R, TurnRow, row_of, select, whole

UNREADABLE = (sqlite3.Error, UnicodeError)
"""Errors from reading a damaged page; UnicodeError comes from SQLite messages that quote its bytes."""

SMALLEST_TURN = 300
"""The fewest bytes of a turn: bounds the search for turns by the size of the file."""


class Wreck:
    """A damaged save, as a context manager. With a killed process's journal beside it, a copy is read.

    Entering raises sqlite3.Error or UnicodeError if even the file's first page is unreadable.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open = ExitStack()

    def __enter__(self) -> "Wreck":
        with ExitStack() as stack:
            path = self._path
            journal = path.with_name(f"{path.name}-journal")
            if journal.is_file():
                folder = Path(stack.enter_context(TemporaryDirectory(prefix="fiction-")))
                path = _rolled_back(path, journal, folder)
            self._size = path.stat().st_size
            self._db = stack.enter_context(closing(connect(path, "frozen")))
            self._db.execute("PRAGMA writable_schema=ON")
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def turns(self) -> Iterator[TurnRow]:
        """Every whole turn, by id."""
        for number in range(1, self._last_turn() + 1):
            with suppress(*UNREADABLE):
                row = row_of(self._db, TurnRow, "WHERE id=?", (number,))
                if row is not None and whole(row):
                    yield row

    def rows(self, kind: type[R]) -> list[R]:
        """The whole rows of a table, read from both ends up to the damage."""
        found = {tuple(row): row for order in ("", "DESC") for row in self._scan(kind, order)}
        return sorted(found.values())

    def _scan(self, kind: type[R], order: str) -> Iterator[R]:
        with suppress(*UNREADABLE):
            for values in self._db.execute(f"{select(kind)} ORDER BY rowid {order}"):
                row = kind._make(values)
                if whole(row):
                    yield row

    def _last_turn(self) -> int:
        try:
            (last,) = self._db.execute("SELECT coalesce(max(id), 0) FROM turn").fetchone()
        except UNREADABLE:
            return self._size // SMALLEST_TURN
        return min(int(last), self._size // SMALLEST_TURN)


def _rolled_back(path: Path, journal: Path, folder: Path) -> Path:
    copy = folder / path.name
    shutil.copyfile(path, copy)
    shutil.copyfile(journal, copy.with_name(journal.name))
    with suppress(*UNREADABLE), closing(connect(copy, "write")) as db:
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return copy
