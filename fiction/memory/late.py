"""Stand-ins for a long-term memory that is missing or still being loaded."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from fiction.engine.ports import Archive, LongTermMemory
from fiction.story.memory import Cue, Embedding, Memory, Recall


class NoMemory:
    """A long-term memory that holds nothing, and says why once."""

    def __init__(self, why: str) -> None:
        self._why = why

    async def open(self, archive: Archive) -> None:
        """Let go of the archive."""
        archive.close()

    async def embed(self, text: str) -> Embedding | None:
        """Nothing."""
        return None

    async def remember(self, memory: Memory, embedding: Embedding | None) -> None:
        """Nothing."""

    async def recall(self, cue: Cue, overrides: tuple[Memory, ...] = ()) -> Recall:
        """Nothing, the first time with the reason."""
        why, self._why = self._why, ""
        return Recall(notice=why)

    async def ready(self, timeout: float | None = None) -> bool:
        """Always."""
        return True

    async def close(self) -> None:
        """Nothing to let go of."""


class LateMemory:
    """A long-term memory that is loaded in a thread of its own when a story opens: pages come up without waiting."""

    def __init__(self, make: Callable[[], LongTermMemory]) -> None:
        """`make` imports and builds the memory itself; it never raises."""
        self._make = make
        self._opening: asyncio.Task[LongTermMemory] | None = None

    async def open(self, archive: "Archive") -> None:
        """Start loading, and then indexing; returns at once."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open(archive))

    async def embed(self, text: str) -> Embedding | None:
        """As the memory itself does, once it is there."""
        return await (await self._there()).embed(text)

    async def remember(self, memory: Memory, embedding: Embedding | None) -> None:
        """As the memory itself does, once it is there."""
        await (await self._there()).remember(memory, embedding)

    async def recall(self, cue: Cue, overrides: tuple[Memory, ...] = ()) -> Recall:
        """As the memory itself does, once it is there."""
        return await (await self._there()).recall(cue, overrides)

    async def ready(self, timeout: float | None = None) -> bool:
        """Wait until all is loaded and indexed (seconds; None without limit); False on a time-out."""
        try:
            async with asyncio.timeout(timeout):
                return await (await self._there()).ready()
        except TimeoutError:
            return False

    async def close(self) -> None:
        """Let go of it, if it was ever opened."""
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
    """What `make` returns, made in a daemon thread: unlike the loop's own threads it never holds up the exit."""
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
