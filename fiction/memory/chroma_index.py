"""The vectors in Chroma: one collection for each story, in files that may be deleted; for one thread only.

Chroma 1.5.9 as measured: a HNSW file torn by a kill breaks a collection for good, so none is ever written
(`sync_threshold`); a record that comes first after the first query of a filled collection costs seconds, so an empty
one is queried first; a panic is a BaseException; a second client on a path must have the same settings.
"""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from types import ModuleType
from typing import Protocol, cast

from fiction.file_lock import take_lock
from fiction.memory.catalogue import Entries
from fiction.memory.columns import Floats, Whole

_BATCH = 16
"""Records a call. Chroma blocks every other thread meanwhile: some 20 ms, more in a long story."""
_SHARE = 50
"""Every call costs Chroma a pass over its records, so a call adds at least one record for so many."""
_LONGEST_PAUSE = 0.2
"""Seconds between two calls, for the rest of the game."""
_PAGE = 500
_PROBES = 10
_NEVER_SYNC = 1_000_000
_CAREFUL = 200
"""Neighbours that a search looks at: 200 finds 93 of the true 100 nearest in 4,000 passages, 100 finds 83."""
_SAME = 0.01


class IndexBusy(Exception):
    """The story's index is open in another process."""


class IndexUnsound(Exception):
    """The index has lost records."""


class _Found(Protocol):
    """The fields read from Chroma's replies."""

    def __getitem__(self, key: str) -> list[object]: ...


class _Collection(Protocol):
    def count(self) -> int: ...
    def get(self, *, include: list[str], limit: int, offset: int) -> _Found: ...
    def query(self, *, query_embeddings: list[Floats], n_results: int, include: list[str]) -> _Found: ...
    def upsert(self, *, ids: list[str], embeddings: Floats, metadatas: list[dict[str, int]]) -> None: ...
    def delete(self, *, ids: list[str]) -> None: ...


class _Client(Protocol):
    def get_or_create_collection(
        self, name: str, *, embedding_function: None, configuration: dict[str, dict[str, str | int]]
    ) -> _Collection: ...
    def delete_collection(self, name: str) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class CollectionContent:
    """The intended content of a collection: entries and their vectors."""

    entries: Entries
    pieces: Whole
    """Their rows in the matrix."""
    matrix: Floats
    """Sketches of all vectors (see `sketch`)."""

    def rows(self, which: slice | list[int]) -> Floats:
        """The sketches of some entries."""
        return self.matrix[self.pieces[which]]

    def __len__(self) -> int:
        return len(self.entries.turn)

    def records(self) -> Iterator[tuple[str, dict[str, int]]]:
        """Id and metadata of each entry."""
        each = self.entries
        columns = (each.turn, each.part, each.segment, each.depth, each.digest)
        for turn, part, segment, depth, digest in zip(*(column.tolist() for column in columns), strict=True):
            yield record_id(turn, part), {"turn": turn, "segment": segment, "depth": depth, "hash": digest}


def record_id(turn: int, part: int) -> str:
    """`17` for a passage or its first piece, `17#1` for its second."""
    return f"{turn}#{part}" if part else str(turn)


def parse_id(record: str) -> tuple[int, int]:
    """Turn and part of a `record_id`. Raises ValueError."""
    turn, _, part = record.partition("#")
    return int(turn), int(part or 0)


class ChromaIndex:
    """One story's collection. Every method may raise anything, even BaseException; the caller rebuilds or gives up."""

    def __init__(self, chroma: ModuleType, folder: Path, collection: str) -> None:
        """`folder` holds one story's index for one version of Chroma.

        Raises:
            IndexBusy: another process (or another index of this one) has it open.
            OSError: the folder can't be written.
        """
        self._chroma = chroma
        self._folder = folder
        self._name = collection
        self._client: _Client | None = None
        self._collection: _Collection | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            take_lock(self._lock)
        except OSError:
            os.close(self._lock)
            raise IndexBusy from None

    @property
    def _dirty(self) -> Path:
        return self._folder / "dirty"

    def open(self, content: CollectionContent, *, stopping: Callable[[], bool]) -> None:
        """Make the collection hold exactly this content; rebuilt if it was not closed cleanly."""
        places = [place for place in self._folder.iterdir() if place.is_dir()]
        if self._dirty.exists() or len(places) != 1 or not _is_sound(places[0] / "chroma.sqlite3"):
            self._discard()
            places = []
        self._dirty.touch()
        # A fresh name each time: Chroma may still hold the old one's files, in this process or for the system.
        place = places[0] if places else self._folder / token_hex(4)
        settings = self._chroma.config.Settings(anonymized_telemetry=False)
        self._client = cast(_Client, self._chroma.PersistentClient(str(place), settings=settings))
        self._collection = self._client.get_or_create_collection(
            self._name,
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine", "sync_threshold": _NEVER_SYNC, "ef_search": _CAREFUL}},
        )
        # `get` is the first to read: it lets the other threads run while Chroma builds its graph, `count` would not.
        held = self._held(stopping)
        if not held and len(content) and not stopping():
            self.nearest(content.rows([0])[0], 1)
        if not stopping():
            self._fill(content, held, stopping)
        if not stopping():
            self._probe(content, stopping)

    def put(self, content: CollectionContent) -> None:
        """Add pieces, or update the vectors of known ones."""
        records = list(content.records())
        for at in range(0, len(records), _BATCH):
            self._upsert(records[at : at + _BATCH], content.rows(slice(at, at + _BATCH)))

    def drop(self, ids: Sequence[str]) -> None:
        """Remove pieces; unknown ones are ignored."""
        for at in range(0, len(ids), _PAGE):
            self._open_collection().delete(ids=list(ids[at : at + _PAGE]))

    def nearest(self, vector: Floats, count: int) -> list[str]:
        """The ids nearest to the vector, nearest first; approximate, so a few may be missing."""
        found = self._open_collection().query(query_embeddings=[vector], n_results=count, include=[])
        return cast(list[str], found["ids"][0])

    def close(self, *, clean: bool) -> None:
        """Close the files. Only a clean close saves the next opening a rebuild."""
        try:
            if self._client is not None:
                self._client.close()
            if clean:
                self._dirty.unlink(missing_ok=True)
        finally:
            self._client = self._collection = None
            os.close(self._lock)

    def _fill(
        self, content: CollectionContent, held: Mapping[str, dict[str, int]], stopping: Callable[[], bool]
    ) -> None:
        wanted = dict(content.records())
        self.drop([name for name in held if name not in wanted])
        lacking = [at for at, (name, about) in enumerate(wanted.items()) if held.get(name) != about]
        records = list(wanted.items())
        start = 0
        while start < len(lacking) and not stopping():
            batch = lacking[start : start + max(_BATCH, start // _SHARE)]
            began = time.monotonic()
            self._upsert([records[at] for at in batch], content.rows(batch))
            time.sleep(min(_LONGEST_PAUSE, time.monotonic() - began))
            start += len(batch)

    def _held(self, stopping: Callable[[], bool]) -> dict[str, dict[str, int]]:
        held: dict[str, dict[str, int]] = {}
        while not stopping():
            page = self._open_collection().get(include=["metadatas"], limit=_PAGE, offset=len(held))
            ids, abouts = cast(list[str], page["ids"]), cast(list[dict[str, int]], page["metadatas"])
            if not ids:
                return held
            held.update(zip(ids, abouts, strict=True))
        return held

    def _probe(self, content: CollectionContent, stopping: Callable[[], bool]) -> None:
        """Count the records, and search some by their own vectors: a torn index answers with too few."""
        if self._open_collection().count() != len(content):
            raise IndexUnsound
        sample = content.rows(list(range(0, len(content), max(1, len(content) // _PROBES)))[:_PROBES])
        for row in sample[sample.any(axis=1)]:
            if stopping():
                return
            found = self._open_collection().query(query_embeddings=[row], n_results=1, include=["distances"])
            distances = cast(list[list[float]], found["distances"])[0]
            if not distances or distances[0] > _SAME:
                raise IndexUnsound

    def _upsert(self, records: list[tuple[str, dict[str, int]]], rows: Floats) -> None:
        self._open_collection().upsert(
            ids=[name for name, _ in records], embeddings=rows, metadatas=[about for _, about in records]
        )

    def _open_collection(self) -> _Collection:
        if self._collection is None:
            raise IndexUnsound
        return self._collection

    def _discard(self) -> None:
        for place in self._folder.iterdir():
            if place.is_dir():
                shutil.rmtree(place, ignore_errors=True)


def _is_sound(database: Path) -> bool:
    """Whether SQLite finds its file intact: a damaged page would make Chroma panic, and print."""
    with (
        suppress(sqlite3.Error, OSError),
        closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True)) as db,
    ):
        return bool(db.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    return False
