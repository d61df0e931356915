"""Working ahead while the reader reads: a server made ready, and passages written for plans nobody has chosen yet.

Never more than one turn ahead; kept in memory only, and thrown away unless the reader takes exactly that plan.
"""

import asyncio
import dataclasses
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from fiction.engine import recurrence
from fiction.engine.ports import Ahead, Storyteller
from fiction.engine.scenes import Scenes
from fiction.errors import StorytellerError, Trouble
from fiction.story.events import Event, ProseDelta, ProseReset
from fiction.story.plan import Choice, ChoiceKind, Plan
from fiction.story.reader import ReaderProfile
from fiction.story.scene import Scene
from fiction.story.turn import Draft, Turn

PATIENCE = 2.0
"""Seconds that the reader's turn waits for cancelled work to end."""


class Foreseen:
    """A passage for one plan, from its first word on."""

    def __init__(self, number: int, choice: Choice) -> None:
        self.number = number
        """Number of the plan, from 1."""
        self.choice = choice
        self.scene: Scene | None = None
        """The scene it is told of; None until the telling begins."""
        self.whole = False
        self._events: list[Event | Draft] = []
        self._more = asyncio.Event()
        self._fault: Exception | None = None
        self._over = False

    @property
    def hopeful(self) -> bool:
        """It is whole, or still being written without a failure."""
        return self.scene is not None and (self.whole or not self._over)

    async def write(self, scene: Scene, storyteller: Storyteller) -> None:
        """Have it told, and collect its events. Raises what the storyteller raises."""
        self.scene = scene
        try:
            async with aclosing(recurrence.narrate(scene, storyteller)) as telling:
                async for event in telling:
                    self._events.append(event)
                    self._more.set()
            self.whole = True
        except Exception as error:
            self._fault = error
            raise
        finally:
            self._over = True
            self._more.set()

    async def told(self) -> AsyncGenerator[Event | Draft, None]:
        """The events so far at once, then the others as they come; the Draft is the last.

        Raises:
            StorytellerError: the telling broke off.
        """
        sent = len(self._events)
        for event in _gathered(self._events):
            yield event
        while not self._over or sent < len(self._events):
            if sent == len(self._events):
                self._more.clear()
                await self._more.wait()
            for event in self._events[sent:]:
                sent += 1
                yield event
        if not self.whole:
            raise self._fault or StorytellerError(
                "The telling was stopped.", trouble=Trouble.CUT_OFF, hint="Retry, and it is told."
            )


class Foresight:
    """The work done ahead for the turn after one head: prepared prompts, passages, and the task that makes them."""

    def __init__(self, scenes: Scenes) -> None:
        self._scenes = scenes
        self._head: Turn | None = None
        self._storyteller: Storyteller | None = None
        self._foreseen: tuple[Foreseen, ...] = ()
        self._due: deque[Foreseen] = deque()
        self._task: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._unsaid = ""

    @property
    def ready(self) -> frozenset[int]:
        """Numbers of the plans whose passages are whole."""
        return frozenset(each.number for each in self._foreseen if each.whole)

    @property
    def idle(self) -> bool:
        """No work has begun since the last `drop`."""
        return self._task is None

    def begin(self, head: Turn, storyteller: Storyteller, reader: ReaderProfile) -> None:
        """Work ahead from `head` as far as the storyteller goes, in a task of its own; the likeliest plan first."""
        self.drop()
        plans = likeliest(head.plans, reader)[: _passages(storyteller.ahead, len(head.plans))]
        self._head, self._storyteller = head, storyteller
        self._foreseen = tuple(Foreseen(number, Choice(ChoiceKind.OFFERED, plan.label, plan)) for number, plan in plans)
        self._due = deque(self._foreseen)
        self._task = asyncio.create_task(
            self._work(head, storyteller, self._due, set(self._ending)), name="working ahead"
        )
        self._ending.add(self._task)
        self._task.add_done_callback(self._ending.discard)

    def drop(self) -> None:
        """Throw the passages away and cancel the work under way; `stop` also waits for its end."""
        if self._task is not None:
            self._task.cancel()
        self._task = self._head = self._storyteller = None
        self._foreseen = ()
        self._due.clear()

    async def stop(self) -> None:
        """Throw everything away and wait until the storyteller is asked nothing any more (2 s at the most)."""
        self.drop()
        if self._ending:
            await asyncio.wait(set(self._ending), timeout=PATIENCE)

    async def take(self, parent: Turn | None, choice: Choice, storyteller: Storyteller) -> Foreseen | None:
        """The passage for this very choice, whole or being written; or None. All others are thrown away.

        Where there is none, all work has stopped when this returns; else it goes on until `told` has ended.
        """
        found = next((each for each in self._foreseen if each.choice == choice and each.hopeful), None)
        if found is None or parent != self._head or storyteller is not self._storyteller:
            await self.stop()
            return None
        if found.whole:
            self.drop()
        self._foreseen = ()
        self._due.clear()
        return found

    async def told(self, foreseen: Foreseen) -> AsyncGenerator[Event | Draft, None]:
        """The events of a passage from `take`; closing this generator stops the writing too."""
        try:
            async with aclosing(foreseen.told()) as telling:
                async for event in telling:
                    yield event
        finally:
            await self.stop()

    def reminded(self, scene: Scene) -> Scene:
        """The scene with the memory notice of a discarded scene, so that the reader sees it."""
        unsaid, self._unsaid = self._unsaid, ""
        if scene.recall.notice or not unsaid:
            return scene
        return dataclasses.replace(scene, recall=dataclasses.replace(scene.recall, notice=unsaid))

    async def _work(
        self, head: Turn, storyteller: Storyteller, due: deque[Foreseen], before: set[asyncio.Task[None]]
    ) -> None:
        if before:
            await asyncio.wait(before, timeout=PATIENCE)
        try:
            await storyteller.prepare(await self._scenes.ahead(head))
            while due:
                foreseen = due.popleft()
                scene = await self._scenes.after(head, foreseen.choice)
                self._unsaid = self._unsaid or scene.recall.notice
                await foreseen.write(scene, storyteller)
        except Exception:  # noqa: BLE001 - nobody asked for it yet: a lasting failure comes again when it matters
            due.clear()


def likeliest(plans: Sequence[Plan], reader: ReaderProfile) -> list[tuple[int, Plan]]:
    """The plans with their numbers, by the reader's leanings; equals stay in order."""
    leanings = dict(reader.leanings)
    return sorted(enumerate(plans, start=1), key=lambda plan: -leanings.get(plan[1].approach, 1.0))


def _passages(ahead: Ahead, plans: int) -> int:
    match ahead:
        case Ahead.OFF | Ahead.RECALL | Ahead.WARM:
            return 0
        case Ahead.BEST:
            return 1
        case Ahead.ALL:
            return plans


def _gathered(events: Sequence[Event | Draft]) -> list[Event | Draft]:
    """The same events with all prose in one of them, so that the page stands at once."""
    prose: list[str] = []
    others: list[Event | Draft] = []
    for event in events:
        match event:
            case ProseDelta(text=text):
                prose.append(text)
            case ProseReset():
                prose.clear()
            case _:
                others.append(event)
    return [ProseDelta("".join(prose)), *others] if prose else others
