"""Stand-ins for a long-term memory that is missing or still loading."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from fiction.engine.ports import Archive, LongTermMemory
from fiction.story.memory import Cue, Embedding, Memory, Recall


class NoMemory:
    """An empty long-term memory that gives its reason once."""

    def __init__(self, why: str) -> None:
        self._why = why

    async def open(self, archive: Archive) -> None:
        """Close the archive."""
        archive.close()

    async def embed(self, text: str) -> Embedding | None:
        """Always None."""
        return None

    async def remember(self, memory: Memory, embedding: Embedding | None) -> None:
        """Do nothing."""

    async def recall(self, cue: Cue, overrides: tuple[Memory, ...] = ()) -> Recall:
        """Empty; the first time with the reason as a notice."""
        why, self._why = self._why, ""
        return Recall(notice=why)

    async def ready(self, timeout: float | None = None) -> bool:
        """Always."""
        return True

    async def close(self) -> None:
        """Do nothing."""


class LateMemory:
    """A long-term memory that loads in its own thread, so that a story opens without waiting."""

    def __init__(self, make: Callable[[], LongTermMemory]) -> None:
        """`make` imports and builds the real memory; it never raises."""
        self._make = make
        self._opening: asyncio.Task[LongTermMemory] | None = None

    async def open(self, archive: "Archive") -> None:
        """Start loading and indexing; returns at once."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open(archive))

    async def embed(self, text: str) -> Embedding | None:
        """Embed once the memory has loaded."""
        return await (await self._there()).embed(text)

    async def remember(self, memory: Memory, embedding: Embedding | None) -> None:
        """Index once the memory has loaded."""
        await (await self._there()).remember(memory, embedding)

    async def recall(self, cue: Cue, overrides: tuple[Memory, ...] = ()) -> Recall:
        """Recall once the memory has loaded."""
        return await (await self._there()).recall(cue, overrides)

    async def ready(self, timeout: float | None = None) -> bool:
        """Wait until all is loaded and indexed (seconds; None without limit); False on a time-out."""
        try:
            async with asyncio.timeout(timeout):
                return await (await self._there()).ready()
        except TimeoutError:
            return False

    async def close(self) -> None:
        """Close the memory if it was opened."""
        if self._opening is not None:
            await (await self._there()).close()

    async def _there(self) -> LongTermMemory:
        if self._opening is None:
            return NoMemory("")
        return await asyncio.shield(self._opening)

    async def _open(self, archive: "Archive") -> LongTermMemory:
        memory = await _in_thread(self._make)
        await memory.open(archive)
        return memory


async def _in_thread(make: Callable[[], LongTermMemory]) -> LongTermMemory:
    """The result of `make`, run in a daemon thread: unlike the loop's threads, it never delays the exit."""
    loop = asyncio.get_running_loop()
    made: asyncio.Future[LongTermMemory] = loop.create_future()

    def tell(memory: LongTermMemory) -> None:
        if not made.done():
            made.set_result(memory)

    def work() -> None:
        memory = make()
        with suppress(RuntimeError):  # the loop is closed: the story was left meanwhile
            loop.call_soon_threadsafe(tell, memory)

    Thread(target=work, name="memory-loading", daemon=True).start()
    return await made
