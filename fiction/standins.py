"""What takes the place of a part that is not to be had, and says so: a storyteller, a long-term memory."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from fiction.engine.ports import Archive, Scene, Storyteller, Telling
from fiction.story.events import Notice
from fiction.story.memory import Cue, Embedding, Memory, Recall
from fiction.story.turn import Reflection


class StandIn:
    """A storyteller in the place of another one: says so once, then tells."""

    def __init__(self, storyteller: Storyteller, why: str) -> None:
        self._storyteller = storyteller
        self._why = why
        self.name = storyteller.name
        self.about = storyteller.about

    async def narrate(self, scene: Scene) -> AsyncGenerator[Telling, None]:
        """Tell the passage, the first one with a word about who tells it."""
        if self._why:
            yield Notice(self._why)
            self._why = ""
        async with aclosing(self._storyteller.narrate(scene)) as telling:
            async for event in telling:
                yield event

    async def reflect(self, scene: Scene, passage: str) -> Reflection:
        """As the storyteller itself does."""
        return await self._storyteller.reflect(scene, passage)

    async def close(self) -> None:
        """Let go of connections. Idempotent."""
        await self._storyteller.close()


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
