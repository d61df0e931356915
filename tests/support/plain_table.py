"""A save, a storyteller and a library for the plain game, and lines typed into it."""

import asyncio
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fiction.engine.budget import Budget
from fiction.engine.game import NewStory
from fiction.engine.making import Making
from fiction.engine.session import Session
from fiction.engine.setup import Setup
from fiction.errors import FictionError
from fiction.plain import LinePrinter, PlainGame
from fiction.plain.waits import Clock
from fiction.saves.store import SaveFile
from fiction.story.cards import SaveCard, StorytellerCard, WorldCard
from fiction.story.reader import ReaderProfile, StoryRecord, StorySettings
from fiction.story.world import World
from support.scripted import ListMemory, Scripted
from support.tui_game import Arranging

WORLD = World("w", "1.0.0", "A World", "", "")


@dataclass
class Table:
    """A save, a storyteller, and a library that knows of both: what `engine.game.Game` asks for."""

    folder: Path
    teller: Scripted = field(default_factory=Scripted)
    mind: Scripted = field(default_factory=lambda: Scripted(name="model", about="another script"))
    told_by: str = "offline"
    budget: Budget | None = None
    setup: Setup = field(default_factory=Arranging)
    cards: tuple[StorytellerCard, ...] = (
        StorytellerCard("offline", "a script"),
        StorytellerCard("model", "", available=False, why_not="No model."),
    )
    profile: ReaderProfile = ReaderProfile(name="Ada")
    started: list[NewStory] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return self.folder / "story.fiction"

    def session(self) -> Session:
        record = StoryRecord("u", "A Story", "w", "1.0.0", "", settings=StorySettings(storyteller=self.told_by))
        store = SaveFile.open(self.path) if self.path.exists() else SaveFile.create(self.path, record)
        tellers = {"offline": self.teller, "model": self.mind}
        return Session(store=store, world=WORLD, memory=ListMemory(), storytellers=tellers, budget=self.budget)

    def worlds(self) -> tuple[WorldCard, ...]:
        return (
            WorldCard("a", "Alder", "A wood."),
            WorldCard("b", "Brine", "A sea.", content_warnings=("death",)),
            WorldCard("c", "Clay", "", trouble="It is broken."),
        )

    def world(self, world: str) -> World:
        return WORLD

    def saves(self) -> tuple[SaveCard, ...]:
        return (SaveCard("story", "A Story", turns=3),) if self.path.exists() else ()

    def rename(self, save: str, title: str) -> None: ...

    def delete(self, save: str) -> None: ...

    def storytellers(self) -> tuple[StorytellerCard, ...]:
        return self.cards

    def reader(self) -> ReaderProfile:
        return self.profile

    def keep_reader(self, reader: ReaderProfile) -> None: ...

    async def start(self, story: NewStory, *, making: Making | None = None) -> Session:
        self.started.append(story)
        return self.session()

    async def resume(self, save: str = "") -> Session:
        return self.session()

    def warm(self) -> None: ...


class Typed:
    """Lines that a test types; a callable among them is called instead."""

    def __init__(self, *lines: object) -> None:
        self._lines: Iterator[object] = iter(lines)

    async def next(self) -> str | None:
        for line in self._lines:
            if isinstance(line, str):
                return line
            assert callable(line)
            line()
            await asyncio.sleep(0.05)
        return None


@dataclass
class Played:
    """What came of it."""

    text: str
    code: int = 0
    error: FictionError | None = None

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


async def play(table: Table, *lines: object, clock: Clock | None = None) -> Played:
    out = io.StringIO()
    session = table.session()
    try:
        code = await PlainGame(table, session, lines=Typed(*lines), page=LinePrinter(out), clock=clock).play()
        return Played(out.getvalue(), code)
    except FictionError as error:
        return Played(out.getvalue(), 1, error)
    finally:
        await session.close()
