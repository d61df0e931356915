"""The search by vectors with Chroma, in its own thread, so that nothing waits for its import, opening or rebuilding."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

import numpy as np

from fiction.memory import fuse
from fiction.memory.answer import EXACTLY, Nearest
from fiction.memory.chroma_import import ChromaMissing, import_chroma
from fiction.memory.chroma_index import ChromaIndex, CollectionContent, IndexBusy, parse_id
from fiction.memory.columns import Floats, Whole
from fiction.memory.index import PassageIndex, SearchQuery
from fiction.memory.sketch import sketched
from fiction.memory.worker import Worker
from fiction.story.memory import TurnId

_log = logging.getLogger(__name__)
_MOST = 200
"""The most neighbours to ask for; beyond them an exact comparison with the path's vectors is cheaper."""
_WAIT = 0.25
"""Seconds that a recall waits for Chroma before it compares exactly."""
_ATTEMPTS = 2
_SHARE = 100
"""New pieces are indexed when they are one in so many."""

_UNWRITABLE = "The long-term memory's folder can't be written; it goes on without its index, and nothing is lost."
_BROKEN = "The long-term memory's index (Chroma) could not be mended; it goes on without it, and nothing is lost."


class State(Enum):
    """State of the Chroma index."""

    OPENING = auto()
    READY = auto()
    BROKEN = auto()
    """It failed, and will be rebuilt."""
    GIVEN_UP = auto()
    """It failed twice, can't be imported or written, or is open in another process."""


class ChromaArm:
    """Searches with Chroma if that is faster than an exact comparison. Its failures never reach the caller."""

    def __init__(self, folder: Path, name: str, *, tell: Callable[[str], None]) -> None:
        """`folder` holds the story's index for each version of Chroma; `tell` gets notices, in any thread."""
        self._folder = folder
        self._name = name
        self._tell = tell
        self._worker = Worker("memory-chroma")
        self._state = State.OPENING
        self._failures = 0
        self._chroma: ChromaIndex | None = None
        self._waiting: list[TurnId] = []

    @property
    def worker(self) -> Worker:
        """The worker thread."""
        return self._worker

    # --- on the caller's thread ---

    def start(self, index: PassageIndex) -> None:
        """Open or rebuild the collection with the present content of the index."""
        self._state = State.OPENING
        self._waiting.clear()
        content = _content(index, index.catalogue.told_pieces())
        self._worker.post(lambda: self._open(content))

    def put(self, index: PassageIndex, turn: TurnId) -> None:
        """Index a passage; in a long story several at once, since every call costs Chroma a pass over all."""
        self._waiting.append(turn)
        if self._state is not State.GIVEN_UP and len(self._waiting) * _SHARE >= len(index):
            content = _content(index, self._fresh(index))
            self._waiting.clear()
            self._worker.post(lambda: self._put(content))

    def ask(self, question: SearchQuery, index: PassageIndex) -> Nearest:
        """Start a search for the nearest pieces; an exact one if few are allowed or Chroma is not ready."""
        if self._state is State.BROKEN:
            self.start(index)
        allowed = int(np.count_nonzero(question.allowed))
        count = min(len(index), fuse.CANDIDATES * len(index) // max(1, allowed) + fuse.CANDIDATES // 2)
        vector = None if question.vector is None else sketched(question.vector[None])[0]
        if self._state is not State.READY or vector is None or not allowed or count > _MOST:
            return EXACTLY
        enough = min(allowed, fuse.CANDIDATES)
        asked = self._worker.ask(lambda: self._nearest(vector, count))
        return _Asked(asked, question, index, self._fresh(index), enough)

    def _fresh(self, index: PassageIndex) -> Whole:
        """Pieces that Chroma does not have yet."""
        return np.array([piece for turn in self._waiting for piece in index.catalogue.pieces(turn)], np.int64)

    # --- on the worker thread ---

    def close(self) -> None:
        """Close the index's files."""
        if self._chroma is not None:
            self._chroma.close(clean=self._state is State.READY)
            self._chroma = None

    def _open(self, content: CollectionContent) -> None:
        while self._state is State.OPENING and not self._worker.stopping:
            try:
                self._chroma = self._chroma or self._make()
                if self._chroma is not None:
                    self._chroma.open(content, stopping=lambda: self._worker.stopping)
                    self._state = State.READY
            except IndexBusy:
                self._state = State.GIVEN_UP
            except OSError:
                self._give_up(_UNWRITABLE)
            except BaseException:  # noqa: BLE001 - a panic in Rust is no Exception
                self._failed()
                if self._state is State.BROKEN:
                    self._state = State.OPENING

    def _make(self) -> ChromaIndex | None:
        try:
            chroma = import_chroma()
        except ChromaMissing as missing:
            self._give_up(f"{missing}; the long-term memory goes on without its index, and nothing is lost.")
            return None
        if self._worker.stopping:  # meanwhile, during the slow import
            return None
        return ChromaIndex(chroma, self._folder / f"chroma-{chroma.__version__}", self._name)

    def _put(self, content: CollectionContent) -> None:
        if self._chroma is not None and self._state is State.READY:
            try:
                self._chroma.put(content)
            except BaseException:  # noqa: BLE001 - a panic in Rust is no Exception
                self._failed()

    def _nearest(self, vector: Floats, count: int) -> list[str]:
        if self._chroma is None or self._state is not State.READY:
            return []
        try:
            return self._chroma.nearest(vector, count)
        except BaseException:  # noqa: BLE001 - a panic in Rust is no Exception
            self._failed()
            return []

    def _failed(self) -> None:
        """Close the index, marked as unclean so that the next opening rebuilds it; give up at the second failure."""
        _log.debug("Chroma failed", exc_info=True)
        self._failures += 1
        index, self._chroma = self._chroma, None
        self._state = State.BROKEN
        try:
            if index is not None:
                index.close(clean=False)
        except BaseException:  # noqa: BLE001 - a panic in Rust is no Exception
            _log.debug("Chroma did not close", exc_info=True)
        if self._failures >= _ATTEMPTS:
            self._give_up(_BROKEN)

    def _give_up(self, why: str) -> None:
        self._state = State.GIVEN_UP
        self._tell(why)


@dataclass(frozen=True, slots=True)
class _Asked:
    future: "Future[list[str]]"
    question: SearchQuery
    index: PassageIndex
    fresh: Whole
    enough: int

    def pieces(self) -> Whole | None:
        """The allowed pieces of Chroma's answer; None if they are too few or Chroma is too slow."""
        try:
            found = self.future.result(_WAIT)
        except Exception:  # noqa: BLE001 - a time-out or a stopped thread; the exact search answers
            return None
        known = np.array([piece for name in found for piece in self._numbers(name)], np.int64)
        numbers = np.union1d(known, self.fresh)
        numbers = numbers[self.question.allowed[numbers]]
        return numbers if len(numbers) >= self.enough else None

    def _numbers(self, name: str) -> list[int]:
        turn, part = parse_id(name)
        return self.index.catalogue.pieces(TurnId(turn))[part : part + 1]


def _content(index: PassageIndex, pieces: Whole) -> CollectionContent:
    indexed = index.with_vectors(pieces)
    return CollectionContent(index.catalogue.entries(indexed), indexed, index.sketches)
