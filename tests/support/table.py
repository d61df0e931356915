"""One save in a folder, and the real session that plays it."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from fiction.engine.budget import Budget
from fiction.engine.session import Session
from fiction.saves.store import SaveFile
from fiction.story.events import Event
from fiction.story.reader import ReaderProfile, StoryRecord, StorySettings
from fiction.story.world import World
from support.scripted import ListMemory, Scripted

WORLD = World("w", "1.0.0", "A World", "", "")


@dataclasses.dataclass
class Table:
    """What is played, by whom it is told, and the session in between."""

    path: Path
    storyteller: Scripted
    memory: ListMemory
    session: Session
    other: Scripted
    budget: Budget | None = None

    @classmethod
    def laid(
        cls,
        folder: Path,
        storyteller: Scripted,
        *,
        settings: StorySettings | None = None,
        reader: ReaderProfile | None = None,
        budget: Budget | None = None,
    ) -> "Table":
        """A new story, told by `storyteller` unless the reader asks for `model`."""
        path = folder / "story.fiction"
        story = StoryRecord(
            "uuid-1", "A Story", "w", "1.0.0", "id: w", reader or ReaderProfile(), settings or StorySettings(turns=20)
        )
        other, memory = Scripted(name="model"), ListMemory()
        tellers = {storyteller.name: storyteller, "model": other}
        store = SaveFile.create(path, story)
        session = Session(store=store, world=WORLD, memory=memory, storytellers=tellers, budget=budget)
        return cls(path, storyteller, memory, session, other, budget)

    async def reopen(self) -> None:
        await self.session.close()
        self.memory = ListMemory()
        self.session = Session(
            store=SaveFile.open(self.path),
            world=WORLD,
            memory=self.memory,
            storytellers={self.storyteller.name: self.storyteller, "model": self.other},
            budget=self.budget,
        )

    async def play(self, *choices: int) -> list[Event]:
        events = await drain(self.session.proceed())
        for number in choices:
            events = await drain(self.session.play(self.session.offered(number)))
        return events


async def drain(events: AsyncIterator[Event]) -> list[Event]:
    return [event async for event in events]


async def until(comes_true: Callable[[], bool]) -> None:
    """Let the loop go on until something is so; it must come by itself, without time passing."""
    for _ in range(10_000):
        if comes_true():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come true")


def working_ahead() -> list["asyncio.Task[object]"]:
    """The tasks in which a session works ahead."""
    return [task for task in asyncio.all_tasks() if task.get_name() == "working ahead"]
