"""A save as the index reads it: `engine.ports.Archive` on a connection of its own.

Reads and writes come in short batches, so that the player's own writes never wait long.
"""

import itertools
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from fiction.errors import SaveDamaged, SaveError
from fiction.saves import codec
from fiction.saves.failures import translated
from fiction.saves.files import connect
from fiction.saves.rows import TurnRow, VectorRow, insert, rows_of, whole
from fiction.story.memory import Embedding, Memory, TurnId

BATCH = 128
"""Rows read or written at once: some milliseconds."""
BREATH = 0.01
"""Seconds between two batches of writes, for the player's own writes."""


class SaveArchive:
    """A second connection to a save, opened on first use, in any thread.

    `turnstile` is the save's own lock: the player's write waits there and comes next; SQLite picks a waiter at random.
    """

    def __init__(self, path: Path, uuid: str, *, writable: bool, turnstile: "threading.RLock") -> None:
        self._path = path
        self._uuid = uuid
        self._writable = writable
        self._db: sqlite3.Connection | None = None
        self._closed = False
        self._turnstile = turnstile

    @property
    def uuid(self) -> str:
        """The story's uuid, which names its index."""
        return self._uuid

    def memories(self, *, after: TurnId | None = None) -> Iterator[Memory]:
        """The memory of every told turn on all branches, by id; damaged turns are skipped."""
        last = 0 if after is None else int(after)
        while rows := self._turns(last):
            last = rows[-1].id
            for row in rows:
                with suppress(SaveDamaged):
                    yield codec.memory_of(row)

    def embeddings(self, model: str) -> Iterator[tuple[TurnId, Embedding]]:
        """The stored vectors of one embedder, by turn id; damaged vectors are skipped."""
        last = 0
        while rows := self._vectors(model, last):
            last = rows[-1].turn
            for row in rows:
                if whole(row):
                    yield TurnId(row.turn), Embedding(row.model, row.vector)

    def store_embeddings(self, rows: Iterable[tuple[TurnId, Embedding]]) -> None:
        """Store new vectors. Does nothing if the save can't be written: vectors are only a cache."""
        waiting = iter(rows)
        while self._writable and (batch := list(itertools.islice(waiting, BATCH))):
            try:
                self._store(batch)
            except SaveError:
                return
            time.sleep(BREATH)

    def close(self) -> None:
        """Close the file. Idempotent."""
        with self._turnstile:
            self._closed = True
            if self._db is not None:
                self._db.close()

    def _turns(self, after: int) -> list[TurnRow]:
        with self._turnstile, translated(self._path.stem):
            return rows_of(self._open(), TurnRow, "WHERE id>? ORDER BY id LIMIT ?", (after, BATCH))

    def _vectors(self, model: str, after: int) -> list[VectorRow]:
        rest = "WHERE model=? AND turn>? ORDER BY turn LIMIT ?"
        with self._turnstile, translated(self._path.stem):
            return rows_of(self._open(), VectorRow, rest, (model, after, BATCH))

    def _store(self, batch: list[tuple[TurnId, Embedding]]) -> None:
        with self._turnstile, translated(self._path.stem):
            db = self._open()
            db.execute("BEGIN IMMEDIATE")
            try:
                for turn, embedding in batch:
                    if db.execute("SELECT 1 FROM turn WHERE id=?", (turn,)).fetchone() is not None:
                        insert(db, VectorRow(turn, embedding.model, embedding.vector), replace=True)
                db.execute("COMMIT")
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")

    def _open(self) -> sqlite3.Connection:
        if self._closed:
            raise SaveError(f"{self._path.stem} is closed.")
        if self._db is None:
            self._db = connect(self._path, "write" if self._writable else "read")
        return self._db
