"""Keeps the index in step with the save: reads missing turns, checks cached ones, writes the cache of words."""

import logging
from collections.abc import Callable
from pathlib import Path

from fiction.engine.ports import Archive
from fiction.memory import lexical_cache
from fiction.memory.embedders import Embedder, embed_passage
from fiction.memory.index import PassageIndex
from fiction.memory.terms import Words
from fiction.memory.worker import Worker
from fiction.story.memory import Embedding, Memory, TurnId

_log = logging.getLogger(__name__)
_UNSAVED = 64
"""New passages that are worth writing the cache: they would take about 20 ms at the next opening."""
_BREATH = 16
"""Passages between two checks of a long job for urgent jobs."""
_BATCH = 64


class Upkeep:
    """The jobs of one story's index; for the worker thread only."""

    def __init__(
        self, archive: Archive, *, words: Words, embedder: Embedder, worker: Worker, cache: Path | None
    ) -> None:
        """`cache` is the file for the words between sessions; None keeps none."""
        self.index = PassageIndex(words, embedder)
        self._archive = archive
        self._worker = worker
        self._cache = cache
        self._unsaved = 0
        self._unchecked: set[TurnId] = set()
        self._computed: list[tuple[TurnId, Embedding]] = []

    # --- the words: the first recall waits for them ---

    def read_words(self) -> None:
        """Index every passage, from the cache if it matches the save, else from the save."""
        if not self._read_cache():
            self.index = PassageIndex(self.index.words, self.index.embedder)
            self._unsaved = 0
            for memory in self._archive.memories():
                self._unsaved += self.index.take(memory)

    def _read_cache(self) -> bool:
        words = self.index.words
        found = lexical_cache.load(self._cache, language=words.language) if self._cache else None
        if found is None:
            return False
        self.index = PassageIndex(words, self.index.embedder, catalogue=found[0], lexical=found[1])
        last = self.index.catalogue.last
        newer = iter(self._archive.memories(after=TurnId(last - 1)))
        newest = next(newer, None)
        if newest is None or newest.turn != last or not self.index.catalogue.holds(newest):
            return False
        self._unchecked = set(self.index.catalogue.told())
        for memory in newer:
            self._unsaved += self.index.take(memory)
        return True

    # --- in the background ---

    def read_vectors(self, *, pause: Callable[[], None]) -> None:
        """Read the vectors stored in the save. `pause` is called now and then."""
        for at, (turn, embedding) in enumerate(self._archive.embeddings(self.index.embedder.name)):
            self.index.place(turn, embedding)
            if at % _BREATH == 0:
                pause()

    def check_words(self) -> None:
        """Compare the passages from the cache with the save: loads their texts, and corrects outdated ones."""
        for at, memory in enumerate(self._archive.memories() if self._unchecked else ()):
            self._unchecked.discard(memory.turn)
            self._unsaved += self.index.take(memory)
            if at % _BREATH == 0:
                self._worker.breathe()
            if self._worker.stopping:
                return
        for turn in self._unchecked:
            self.index.forget(turn)
        self._unchecked.clear()

    def make_vectors(self, *, pause: Callable[[], None]) -> None:
        """Compute missing vectors and store them in the save. `pause` is called now and then."""
        lacking = self.index.without_vectors()
        for at in range(0, len(lacking), _BATCH):
            if self._worker.stopping:
                return
            for turn in lacking[at : at + _BATCH]:
                self.embed(turn)
            self.store_vectors()
            pause()

    def embed(self, turn: TurnId) -> None:
        """Compute one passage's vectors; the next `store_vectors` saves them."""
        try:
            embedding = embed_passage(self.index.embedder, self.text(turn))
        except Exception:  # noqa: BLE001 - an embedder may be a server; the passage is found by its words
            _log.debug("no vector for turn %s", turn, exc_info=True)
            return
        if self.index.place(turn, embedding):
            self._computed.append((turn, embedding))

    def store_vectors(self) -> None:
        """Store new vectors in the save."""
        rows, self._computed = self._computed, []
        if rows:
            self._guarded(lambda: self._archive.store_embeddings(rows))

    # --- during play ---

    def take(self, memory: Memory, embedding: Embedding | None) -> None:
        """Index a turn that was just saved, or the reader's edit of one."""
        if memory.edited:
            self.index.take_with_vector(memory)
            return
        self._unsaved += self.index.take(memory)
        if not self.index.place(memory.turn, embedding):
            self.embed(memory.turn)

    def text(self, turn: TurnId) -> str:
        """An unedited passage; empty if the save can't be read."""
        if turn not in self.index.texts:
            self._guarded(lambda: self._fetch(turn))
        return self.index.texts.get(turn, "")

    def write_cache(self, *, always: bool = False) -> None:
        """Write the cache of words if enough of them are new, or `always`."""
        if self._cache is not None and self._unsaved and (always or self._unsaved >= _UNSAVED):
            self._unsaved = 0
            lexical_cache.store(
                self._cache, self.index.catalogue, self.index.lexical, language=self.index.words.language
            )

    def close(self) -> None:
        """Close the archive."""
        self._guarded(self._archive.close)

    def _fetch(self, turn: TurnId) -> None:
        for memory in self._archive.memories(after=TurnId(turn - 1)):
            if memory.turn == turn:
                self.index.texts[turn] = memory.text
            return

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception:  # noqa: BLE001 - a save that can't be read now costs a passage, not the recall
            _log.debug("the save did not answer", exc_info=True)
