"""A storyteller in the place of one that is not available."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from fiction.engine.ports import Ahead, Storyteller
from fiction.story.events import Notice
from fiction.story.scene import Scene, Telling
from fiction.story.turn import Reflection


class StandIn:
    """A storyteller in the place of another one; its first passage comes with a notice that says so."""

    def __init__(self, storyteller: Storyteller, why: str) -> None:
        self._storyteller = storyteller
        self._why = why
        self.name = storyteller.name
        self.about = storyteller.about
        self.ahead = Ahead.OFF

    async def prepare(self, scene: Scene) -> None:
        """As the storyteller itself does."""
        await self._storyteller.prepare(scene)

    async def narrate(self, scene: Scene) -> AsyncGenerator[Telling, None]:
        """Tell the passage, the first one with the notice."""
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
