"""How a turn comes onto the reading screen: the events of the engine, one after the other."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import assert_never

from textual import work
from textual.content import Content
from textual.reactive import reactive
from textual.worker import Worker, WorkerError

from fiction.engine.budget import Costs
from fiction.engine.session import Session
from fiction.story.events import (
    ChoiceSaved,
    Event,
    MemoryUpdated,
    Notice,
    PassageDone,
    PlansOffered,
    ProseDelta,
    ProseReset,
    Remembered,
    Spent,
    StoryEnded,
    TurnFailed,
    TurnSaved,
)
from fiction.story.memory import Recalled
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.turn import Usage
from fiction.tui.game_screen import GameScreen
from fiction.tui.prose import plain_line
from fiction.tui.reading import cost_words
from fiction.tui.reading.choice_bar import ChoiceBar
from fiction.tui.reading.choices import Choices
from fiction.tui.reading.memory_panel import MemoryPanel
from fiction.tui.reading.page import MOUNTED, Page
from fiction.tui.reading.phases import Phase, settled, unreflected, ways_on
from fiction.tui.reading.turn_view import TurnView

THINKING = "The storyteller is thinking"
REMEMBERING = "The storyteller remembers, and thinks of ways on"


class TellingScreen(GameScreen):
    """A session, and the one turn that may be in the making."""

    phase: reactive[Phase] = reactive(Phase.TELLING, init=False)
    """What can be done now."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._turn: Worker[None] | None = None
        self._failed: TurnFailed | None = None
        self._anew = False
        self._leaving = False
        self._leaf: TurnView | None = None
        self._recalled: tuple[Recalled, ...] = ()
        self._costs = Costs()

    @property
    def page(self) -> Page:
        """The page."""
        return self.query_one(Page)

    @property
    def desk(self) -> ChoiceBar:
        """What is below it."""
        return self.query_one(ChoiceBar)

    # --- asking for a turn ---

    def play(self, choice: Choice) -> None:
        """Have a choice told."""
        self._make(self.session.play(choice), choice)

    def proceed(self) -> None:
        """Have told whatever is due."""
        self._make(self.session.proceed(), Choice(ChoiceKind.BEGIN))

    @work(group="wake", exit_on_error=False)
    async def wake(self) -> None:
        """Have the memory loaded where no turn is due: the reader can choose meanwhile."""
        async with aclosing(self.session.proceed()) as events:
            async for _ in events:
                pass

    def _make(self, events: AsyncGenerator[Event, None], choice: Choice, *, anew: bool = False) -> None:
        self.phase = Phase.TELLING
        self._failed = None
        self._anew = anew
        self.app.clear_notifications()
        self._turn = self._consume(events, choice, anew)

    @work(exclusive=True, group="turn", exit_on_error=False)
    async def _consume(self, events: AsyncGenerator[Event, None], choice: Choice, anew: bool) -> None:
        self._leaf = None
        await self.page.drop_untold()
        await self.desk.offer(())
        if unreflected(self.session):
            self.desk.wait(REMEMBERING)
        try:
            async with aclosing(events):
                async for event in events:
                    await self._take(event, choice, anew)
        finally:
            if self._open:
                self.desk.unwait()
        if self._failed is not None:
            await self.show_failure(self._failed)
        else:
            await self.settle()

    # --- what a turn says ---

    async def _take(self, event: Event, choice: Choice, anew: bool) -> None:
        match event:
            case ChoiceSaved():
                await self._turn_over(choice)
            case Remembered(recall=recall):
                if self._leaf is None:
                    await self._turn_over(choice, anew=anew)
                self._recalled = recall.items
                self._show_memory()
                if recall.notice:
                    self.say(recall.notice)
            case ProseDelta(text=text):
                self._open_leaf.write(text)
                self.call_after_refresh(self.page.report)
            case ProseReset():
                self._open_leaf.reset()
            case PassageDone(turn=turn):
                if self._leaf is None:
                    await self._turn_over(turn.choice)
                self.page.keep(self._open_leaf, turn)
                self.desk.wait(REMEMBERING)
            case Notice(text=text):
                self.say(text)
            case TurnFailed():
                self._failed = event
            case MemoryUpdated() | PlansOffered() | StoryEnded() | TurnSaved() | Spent():
                pass  # shown together when the turn has settled
            case _:
                assert_never(event)

    @property
    def _open_leaf(self) -> TurnView:
        assert self._leaf is not None
        return self._leaf

    async def _turn_over(self, choice: Choice, *, anew: bool = False) -> None:
        if anew and self.session.turn is not None:
            await self.page.withdraw(self.session.turn.id)
        self._leaf = await self.page.begin(choice)
        self._leaf.wait(THINKING)
        self.page.focus()

    def _show_memory(self) -> None:
        turn = self.session.turn
        bill = cost_words.bill(turn.usage if turn else Usage(), self._costs)
        self.query_one(MemoryPanel).show(turn, self.session.ledger, self._recalled, bill)

    # --- at rest ---

    async def settle(self) -> None:
        """Offer what can be done now."""
        turn = self.session.turn
        self._recalled = turn.recalled if turn else ()
        self._costs = self.session.costs
        self._show_memory()
        self.phase = settled(self.session)
        await self.desk.offer(ways_on(self.session), self._last_word())
        self.call_after_refresh(self._focus_what_is_next)

    def _last_word(self) -> Content | None:
        turn = self.session.turn
        if turn is None:
            return None
        if turn.ending:
            return Content.assemble(("The End", "bold"), " — ", plain_line(self.session.story.title, "italic"))
        if turn.plain:
            return Content("The storyteller could make no plans of its own; these are general ones.")
        return None

    @property
    def _open(self) -> bool:
        """The book is open: there is still something to show it on."""
        return self.is_running and not self._leaving and bool(self.query(Page))

    def _focus_what_is_next(self) -> None:
        if self._open and not self.desk.writing:
            (self.page if self.page.below else self.query_one(Choices)).focus()

    async def show_story(self) -> None:
        """Bring the page to where the session stands."""
        await self.page.show(self.session.transcript(MOUNTED))

    # --- when it breaks off ---

    async def show_failure(self, failed: TurnFailed) -> None:
        """Say what happened, and offer what can be done about it; `recovering` knows how."""
        raise NotImplementedError

    def stop(self) -> None:
        """Stop the turn that is in the making."""
        if self._turn is not None:
            self._turn.cancel()

    async def put_down(self) -> None:
        """Stop, and wait until everything has let go; nothing is shown any more."""
        self._leaving = True
        if self._turn is not None and not self._turn.is_finished:
            self._turn.cancel()
            with suppress(WorkerError, asyncio.CancelledError):
                await self._turn.wait()
