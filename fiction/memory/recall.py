"""The long-term memory for the engine: it never fails, never blocks the loop and never outlives the program."""

import asyncio
import logging
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from fiction.engine.ports import Archive
from fiction.memory import fuse
from fiction.memory.answer import EXACTLY, DenseArm, answer
from fiction.memory.chroma_arm import ChromaArm
from fiction.memory.embedders import Embedder, HashedEmbedder, embed_passage
from fiction.memory.sketch import sketch_length
from fiction.memory.terms import Words
from fiction.memory.upkeep import Upkeep
from fiction.memory.worker import Worker
from fiction.story.memory import Cue, Embedding, Memory, Recall, Recalled

_log = logging.getLogger(__name__)
Answer = TypeVar("Answer")

_AT_ONCE = 1_500
"""The most pieces whose vectors are read before the first recall (about 20 ms); more are read in the background."""
_PATIENCE = 3.0
"""Seconds that `close` waits for the worker thread."""
_CHROMA_PATIENCE = 0.5
"""Seconds that `close` waits for Chroma's thread, which may close its files later."""
_UNREADABLE = "The long-term memory could not read this save; it knows only what is told from now on."


class StoryMemory:
    """The long-term memory of one story (`engine.ports.LongTermMemory`): BM25 and vectors over the save's passages.

    One thread does the work, another one calls Chroma; the program's exit waits for neither.
    """

    def __init__(
        self, *, cache: Path | None, language: str = "en", chroma: bool = True, embedder: Embedder | None = None
    ) -> None:
        """`cache` is a folder that may be deleted at any time; None keeps nothing on disk and uses no Chroma."""
        self._cache = cache
        self._chroma = chroma and cache is not None
        self._words = Words(language)
        self._embedder: Embedder = embedder or HashedEmbedder(self._words)
        self._worker = Worker("memory")
        self._upkeep: Upkeep | None = None
        self._arm: DenseArm | None = None
        self._index: ChromaArm | None = None
        self._notices: list[str] = []

    # --- the port ---

    async def open(self, archive: Archive) -> None:
        """Start indexing the archive; returns at once. The archive is closed together with the memory."""
        if self._upkeep is not None:
            return
        key = story_key(archive.uuid)
        folder = self._cache / "memory" / key if self._cache else None
        if folder is not None and self._chroma:
            self._index = ChromaArm(
                folder,
                f"{key}-{story_key(f'{self._embedder.name}/{sketch_length(self._embedder.dim)}')}",
                tell=self._notices.append,
            )
        self._upkeep = Upkeep(
            archive,
            words=self._words,
            embedder=self._embedder,
            worker=self._worker,
            cache=folder / "words.npz" if folder else None,
        )
        upkeep = self._upkeep
        self._worker.post(lambda: self._read(upkeep))

    async def embed(self, text: str) -> Embedding | None:
        """The vectors of the text's pieces, one after the other; None if the embedder fails."""
        return await self._call(lambda: embed_passage(self._embedder, text), None)

    async def remember(self, memory: Memory, embedding: Embedding | None) -> None:
        """Index a turn, or the reader's edit of one; about a millisecond."""
        if self._upkeep is not None:
            upkeep = self._upkeep
            await self._call(lambda: self._take(upkeep, memory, embedding), None)
            self._worker.post(lambda: self._tidy(upkeep), later=True)

    async def recall(self, cue: Cue, overrides: tuple[Memory, ...] = ()) -> Recall:
        """Recall for a cue; only the reader's pinned memories if the search fails."""
        pinned = tuple(
            Recalled(memory.turn, memory.depth, memory.text, pinned=True) for memory in fuse.pinned(overrides, cue)
        )
        if self._upkeep is None:
            return Recall(pinned)
        upkeep = self._upkeep
        return await self._call(lambda: self._answer(cue, overrides, upkeep), Recall(pinned))

    async def ready(self, timeout: float | None = None) -> bool:
        """Wait until the whole archive is indexed (seconds; None without limit); False on a time-out."""
        try:
            async with asyncio.timeout(timeout):
                await self._worker.idle()
                if self._index is not None:
                    await self._index.worker.idle()
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """Stop the threads and close the files. Idempotent; waits a few seconds at most.

        A thread inside a call of Chroma then runs on until the call returns, and closes the index itself.
        """
        if self._index is not None:
            self._index.worker.end(self._index.close)
        await self._worker.stop(self._finish, patience=_PATIENCE)
        if self._index is not None:
            await self._index.worker.stop(self._index.close, patience=_CHROMA_PATIENCE)

    # --- on the worker's thread ---

    def _read(self, upkeep: Upkeep) -> None:
        try:
            upkeep.read_words()
        except Exception:  # noqa: BLE001 - an archive fails in any way; new turns are still indexed
            _log.debug("the archive can't be read", exc_info=True)
            self._notices.append(_UNREADABLE)
        if len(upkeep.index) <= _AT_ONCE:
            self._read_vectors(upkeep, pause=_go_on)
        else:
            self._worker.post(lambda: self._read_vectors(upkeep, pause=self._worker.breathe), later=True)
        self._worker.post(lambda: self._check(upkeep), later=True)

    def _read_vectors(self, upkeep: Upkeep, *, pause: Callable[[], None]) -> None:
        try:
            upkeep.read_vectors(pause=pause)
        except Exception:  # noqa: BLE001 - unreadable vectors are computed again
            _log.debug("the vectors can't be read", exc_info=True)
        upkeep.make_vectors(pause=pause)
        self._arm = self._index or EXACTLY

    def _check(self, upkeep: Upkeep) -> None:
        upkeep.check_words()
        upkeep.make_vectors(pause=self._worker.breathe)
        upkeep.write_cache()
        if self._index is not None:
            self._index.start(upkeep.index)

    def _take(self, upkeep: Upkeep, memory: Memory, embedding: Embedding | None) -> None:
        upkeep.take(memory, embedding)
        if self._index is not None and not memory.edited:
            self._index.put(upkeep.index, memory.turn)

    def _tidy(self, upkeep: Upkeep) -> None:
        upkeep.store_vectors()
        upkeep.write_cache()

    def _answer(self, cue: Cue, overrides: tuple[Memory, ...], upkeep: Upkeep) -> Recall:
        found = answer(cue, overrides, upkeep, self._arm)
        notice = " ".join(self._notices)
        self._notices.clear()
        return Recall(found.items, found.lexical, notice)

    def _finish(self) -> None:
        if self._upkeep is not None:
            self._upkeep.write_cache()
            self._upkeep.close()

    async def _call(self, job: Callable[[], Answer], otherwise: Answer) -> Answer:
        try:
            return await self._worker.call(job)
        except Exception:  # noqa: BLE001 - the port's promise: a failing memory costs its answer, never the turn
            _log.debug("the long-term memory failed", exc_info=True)
            return otherwise


def _go_on() -> None:
    """A pause of no length."""


def story_key(uuid: str) -> str:
    """A safe file name for the story, even with a hostile uuid."""
    return uuid if re.fullmatch(r"[0-9a-f-]{8,64}", uuid) else sha256(uuid.encode("utf-8", "replace")).hexdigest()[:32]
