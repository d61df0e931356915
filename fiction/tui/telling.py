"""How a turn comes onto the reading screen: the events of the engine, and what is done when they break off."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import assert_never

from textual import work
from textual.content import Content
from textual.reactive import reactive
from textual.worker import Worker, WorkerError, WorkerState

from fiction.engine.session import Session
from fiction.errors import FictionError
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
from fiction.tui.phases import Phase, settled, trouble_ways, unreflected, ways_on
from fiction.tui.prose import plain, plain_line
from fiction.tui.room import Room
from fiction.tui.widgets.at_work import AtWork
from fiction.tui.widgets.desk import Desk
from fiction.tui.widgets.leaf import Leaf
from fiction.tui.widgets.page import MOUNTED, Page
from fiction.tui.widgets.ways import Ways

THINKING = "The storyteller is thinking"
REMEMBERING = "The storyteller remembers, and thinks of ways on"
STOPPED = "You stopped the telling. What you decided is kept."
STOPPED_LATE = "You stopped before the memory was up to date. The passage is safe."


class Telling(Room):
    """A session, and the one turn that may be in the making."""

    phase: reactive[Phase] = reactive(Phase.TELLING, init=False)
    """What can be done now."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._turn: Worker[None] | None = None
        self._failed: TurnFailed | None = None
        self._fresh = False
        self._leaving = False
        self._leaf: Leaf | None = None
        self._recalled: tuple[Recalled, ...] = ()
        self._countdown = 0

    @property
    def page(self) -> Page:
        """The page."""
        return self.query_one(Page)

    @property
    def desk(self) -> Desk:
        """What is below it."""
        return self.query_one(Desk)

    # --- asking for a turn ---

    def play(self, choice: Choice) -> None:
        """Have a choice told."""
        self._fresh = True
        self._make(self.session.play(choice), choice)

    def tell_again(self, wish: str = "", *, storyteller: str = "") -> None:
        """Retry what failed; else tell the last turn anew."""
        failed = self._failed
        if failed is not None and self._fresh and self.session.pending is None and not unreflected(self.session):
            choice = replace(failed.choice, hint=wish)
            self._make(self.session.play(choice, storyteller=storyteller), choice)
            return
        head, pending = self.session.turn, self.session.pending
        choice = pending or (head.choice if head else Choice(ChoiceKind.BEGIN))
        events = self.session.retry(wish, storyteller=storyteller)
        self._make(events, choice, anew=pending is None and head is not None)

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
        self._countdown = 0
        self.app.clear_notifications()
        self._turn = self._consume(events, choice, anew)

    @work(exclusive=True, group="turn", exit_on_error=False)
    async def _consume(self, events: AsyncGenerator[Event, None], choice: Choice, anew: bool) -> None:
        self._leaf = None
        await self.page.drop_untold()
        await self.desk.offer(())
        try:
            async with aclosing(events):
                async for event in events:
                    await self._take(event, choice, anew)
        finally:
            if self._open:
                self.desk.unwait()
        if self._failed is not None:
            await self._show_failure(self._failed)
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
    def _open_leaf(self) -> Leaf:
        assert self._leaf is not None
        return self._leaf

    async def _turn_over(self, choice: Choice, *, anew: bool = False) -> None:
        if anew:
            await self.page.withdraw()
        self._leaf = await self.page.begin(choice)
        self._leaf.wait(THINKING)
        self.page.focus()

    def _show_memory(self) -> None:
        self.query_one(AtWork).show(self.session.turn, self.session.ledger, self._recalled)

    # --- at rest ---

    async def settle(self) -> None:
        """Offer what can be done now."""
        turn = self.session.turn
        self._recalled = turn.recalled if turn else ()
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
            (self.page if self.page.below else self.query_one(Ways)).focus()

    async def show_story(self) -> None:
        """Bring the page to where the session stands."""
        await self.page.show(self.session.transcript(MOUNTED))

    # --- when it breaks off ---

    async def _show_failure(self, failed: TurnFailed) -> None:
        self._failed = failed
        if (leaf := self.page.latest) is not None and leaf.turn is None:
            leaf.void()
        told = unreflected(self.session)
        builtin = "offline" in self.session.storytellers and self.session.storyteller.name != "offline"
        ways = trouble_ways(builtin=builtin and not told, told=told, editable=self._fresh and bool(failed.choice.text))
        self.phase = Phase.TROUBLE
        said = [plain(failed.message, "bold"), *([plain(failed.hint)] if failed.hint else [])]
        await self.desk.offer(ways, Content("\n").join(said), trouble=True)
        self.query_one(Ways).focus()
        if failed.wait:
            self._countdown = round(failed.wait)
            self._count_down()

    def _count_down(self) -> None:
        if not self._open or self.phase is not Phase.TROUBLE:
            return
        label = f"Try again  (better in {self._countdown} s)" if self._countdown > 0 else "Try again"
        self.query_one(Ways).relabel(0, label)
        if self._countdown > 0:
            self._countdown -= 1
            self.set_timer(1, self._count_down)

    async def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A turn was stopped, or broke."""
        if event.worker is not self._turn or not self._open:
            return
        choice = self._leaf.choice if self._leaf else Choice(ChoiceKind.BEGIN)
        match event.state:
            case WorkerState.CANCELLED:
                words = STOPPED_LATE if unreflected(self.session) else STOPPED
                await self._show_failure(TurnFailed(words, "", None, choice))
            case WorkerState.ERROR if isinstance(event.worker.error, FictionError):
                error = event.worker.error
                await self._show_failure(TurnFailed(error.message, error.hint, None, choice))
            case WorkerState.ERROR:
                words = "Something in the game itself went wrong. What is told is saved."
                hint = self.fiction.report(event.worker.error)
                await self._show_failure(TurnFailed(words, hint, None, choice))
            case _:
                pass

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
