"""When a turn breaks off: what happened is said, what helps is offered, and a busy server is asked again."""

from dataclasses import replace

from textual import events
from textual.content import Content
from textual.timer import Timer
from textual.worker import Worker, WorkerState

from fiction.engine.session import Session
from fiction.errors import FictionError, Trouble
from fiction.story.events import TurnFailed
from fiction.story.plan import Choice, ChoiceKind
from fiction.tui import words
from fiction.tui.prose import plain
from fiction.tui.reading.choices import Choices
from fiction.tui.reading.phases import Phase, unreflected
from fiction.tui.reading.remedies import trouble_ways
from fiction.tui.reading.telling import TellingScreen

STOPPED = "You stopped the telling. What you decided is kept."
STOPPED_LATE = "You stopped before the memory was up to date. The passage is safe."
BROKEN = "Something in the game itself went wrong. What is told is saved."
SECOND = 1.0
MOST_ASKINGS = 5
"""How often a busy server is asked again in a row before the reader is."""


class Recovering(TellingScreen):
    """A session whose turns may fail."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._left = 0
        self._clock: Timer | None = None
        self._by_itself = False
        self._asked = 0

    async def show_failure(self, failed: TurnFailed) -> None:
        """Say what happened, and offer what can be done about it."""
        self._failed = failed
        if (leaf := self.page.latest) is not None and leaf.turn is None:
            leaf.void()
        told = unreflected(self.session)
        builtin = "offline" in self.session.storytellers and self.session.storyteller.name != "offline"
        editable = not self._anew and bool(failed.choice.text)
        ways = trouble_ways(failed.trouble, builtin=builtin, told=told, editable=editable)
        self.phase = Phase.TROUBLE
        said = [plain(failed.message, "bold"), *([plain(failed.hint)] if failed.hint else [])]
        await self.desk.offer(ways, Content("\n").join(said), trouble=True)
        self.query_one(Choices).focus()
        self._start_counting(failed)

    # --- asking again ---

    def tell_again(self, wish: str = "", *, storyteller: str = "") -> None:
        """Retry what failed, with the wish it had unless there is another; else tell the last turn anew."""
        failed = self._failed
        if failed is not None and self._leaf is not None and self._leaf.turn is None:
            wish = wish or failed.choice.hint
        if failed is not None and self._never_saved:
            choice = replace(failed.choice, hint=wish)
            self._make(self.session.play(choice, storyteller=storyteller), choice)
            return
        head, pending = self.session.turn, self.session.pending
        choice = pending or (head.choice if head else Choice(ChoiceKind.BEGIN))
        again = self.session.retry(wish, storyteller=storyteller)
        self._make(again, choice, anew=pending is None and head is not None)

    @property
    def _never_saved(self) -> bool:
        """What failed is a choice that is not even in the save."""
        session = self.session
        return not (self._anew or session.turn is None or session.pending or unreflected(session))

    def _start_counting(self, failed: TurnFailed) -> None:
        self.stop_counting()
        self._left = round(failed.wait or 0)
        self._by_itself = bool(failed.wait) and failed.trouble is Trouble.BUSY and self._asked < MOST_ASKINGS
        if failed.wait:
            self._clock = self.set_interval(SECOND, self._second)
            self._show_left()

    def _second(self) -> None:
        if not self._open or self.phase is not Phase.TROUBLE:
            self.stop_counting()
            return
        self._left -= 1
        if self._left > 0:
            self._show_left()
            return
        self.stop_counting()
        self._show_left()
        if self._by_itself:
            self._asked += 1
            self.tell_again()

    def _show_left(self) -> None:
        wait = words.waited(self._left)
        if self._by_itself:
            label = f"Try now (by itself in {wait}; any key stops that)"
        else:
            label = f"Try again (better in {wait})" if self._left > 0 else "Try again"
        self.query_one(Choices).relabel("retry", label)

    def stop_counting(self) -> None:
        """The wait is over, one way or the other."""
        if self._clock is not None:
            self._clock.stop()
            self._clock = None

    def leave_it_to_the_reader(self) -> None:
        """The reader is here: nothing is asked again without them."""
        self._asked = 0
        if self._by_itself:
            self._by_itself = False
            if self._clock is not None:
                self._show_left()

    def on_key(self, _event: events.Key) -> None:
        """Any key of the reader's."""
        self.leave_it_to_the_reader()

    def on_screen_suspend(self) -> None:
        """The reader went somewhere else."""
        self.leave_it_to_the_reader()

    async def settle(self) -> None:
        """All is well again."""
        self._asked = 0
        self.stop_counting()
        await super().settle()

    # --- breaking off ---

    async def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A turn was stopped, or broke."""
        if event.worker is not self._turn or not self._open:
            return
        choice = self._leaf.choice if self._leaf else Choice(ChoiceKind.BEGIN)
        match event.state:
            case WorkerState.CANCELLED:
                said = STOPPED_LATE if unreflected(self.session) else STOPPED
                await self.show_failure(TurnFailed(said, "", None, choice))
            case WorkerState.ERROR if isinstance(event.worker.error, FictionError):
                error = event.worker.error
                await self.show_failure(TurnFailed(error.message, error.hint, None, choice))
            case WorkerState.ERROR:
                await self.show_failure(TurnFailed(BROKEN, self.fiction.report(event.worker.error), None, choice))
            case _:
                pass
