"""Brings the index into line with the save: reads what it lacks, checks what it has, and keeps a copy of the words."""

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
"""How many new passages are worth writing the cache for: about 20 ms of reading at the next opening."""
_BREATH = 16
"""After how many passages a long job looks whether somebody waits."""
_BATCH = 64


class Upkeep:
    """The jobs of one story's index, for the worker's thread alone."""

    def __init__(
        self, archive: Archive, *, words: Words, embedder: Embedder, worker: Worker, cache: Path | None
    ) -> None:
        """`cache` is the file that holds the words between two sessions; None for none."""
        self.index = PassageIndex(words, embedder)
        self._archive = archive
        self._worker = worker
        self._cache = cache
        self._unsaved = 0
        self._unchecked: set[TurnId] = set()
        self._computed: list[tuple[TurnId, Embedding]] = []

    # --- the words: everybody waits for these ---

    def read_words(self) -> None:
        """Every told passage, from the cache as far as it is true, from the save where it is not."""
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

    # --- what can be done while nobody waits ---

    def read_vectors(self, *, pause: Callable[[], None]) -> None:
        """The vectors that the save keeps. `pause` is called now and then."""
        for at, (turn, embedding) in enumerate(self._archive.embeddings(self.index.embedder.name)):
            self.index.place(turn, embedding)
            if at % _BREATH == 0:
                pause()

    def check_words(self) -> None:
        """Read again what came out of the cache: has the texts at hand, and mends what the save no longer says."""
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
        """Vectors for the passages that have none; the save keeps them. `pause` is called now and then."""
        lacking = self.index.without_vectors()
        for at in range(0, len(lacking), _BATCH):
            if self._worker.stopping:
                return
            for turn in lacking[at : at + _BATCH]:
                self.embed(turn)
            self.store_vectors()
            pause()

    def embed(self, turn: TurnId) -> None:
        """One passage's vector, made now and stored with the next `store_vectors`."""
        try:
            embedding = embed_passage(self.index.embedder, self.text(turn))
        except Exception:  # noqa: BLE001 - an embedder may be a server; the passage is found by its words
            _log.debug("no vector for turn %s", turn, exc_info=True)
            return
        if self.index.place(turn, embedding):
            self._computed.append((turn, embedding))

    def store_vectors(self) -> None:
        """Hand new vectors to the save."""
        rows, self._computed = self._computed, []
        if rows:
            self._guarded(lambda: self._archive.store_embeddings(rows))

    # --- while the story is played ---

    def take(self, memory: Memory, embedding: Embedding | None) -> None:
        """A turn that was just saved, or the reader's wording of one."""
        if memory.edited:
            self.index.take_with_vector(memory)
            return
        self._unsaved += self.index.take(memory)
        if not self.index.place(memory.turn, embedding):
            self.embed(memory.turn)

    def text(self, turn: TurnId) -> str:
        """A passage as told; empty if the save can't give it."""
        if turn not in self.index.texts:
            self._guarded(lambda: self._fetch(turn))
        return self.index.texts.get(turn, "")

    def write_cache(self, *, always: bool = False) -> None:
        """Keep the words for the next session, if enough of them are new."""
        if self._cache is not None and self._unsaved and (always or self._unsaved >= _UNSAVED):
            self._unsaved = 0
            lexical_cache.store(
                self._cache, self.index.catalogue, self.index.lexical, language=self.index.words.language
            )

    def close(self) -> None:
        """Let go of the save."""
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
