"""The reading screen: puts the parts together and says what the keys do; the parts know nothing of each other."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import reactive
from textual.worker import Worker, WorkerError, WorkerState

from fiction.engine.session import Session
from fiction.errors import FictionError, Trouble
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.turn import Turn, Usage
from fiction.tui.game_screen import GameScreen
from fiction.tui.reading.act_input import ActInput
from fiction.tui.reading.attempts import Attempt, again
from fiction.tui.reading.bookmarks import Places
from fiction.tui.reading.choices import Choices
from fiction.tui.reading.phases import HINTS, KEYS, WRITING, Phase, allowed, settled, unreflected
from fiction.tui.reading.recovering import BROKEN, Countdown, remedies, stopped
from fiction.tui.reading.story_view import StoryView
from fiction.tui.reading.turn_runner import TurnRunner
from fiction.tui.reading.writing import Pen, Purpose, pen_for_plan, pen_for_unsent, pen_for_untold
from fiction.tui.unsent import Unsent
from fiction.tui.widgets.keys import Hint, Keys

LOOKING_AHEAD = 1.0
"""Seconds between two looks at which passages are written already."""


class ReadingScreen(GameScreen):
    """A session on the screen, and the one turn that may be in the making."""

    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = KEYS

    phase: reactive[Phase] = reactive(Phase.TELLING, init=False)
    """What can be done now."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._view = StoryView(session)
        self.page = self._view.page
        self.desk = self._view.desk
        self._runner = TurnRunner(self._view)
        self._countdown = Countdown(self)
        self._pen = Pen(Purpose.ACT)
        self._turn: Worker[None] | None = None
        self._leaving = False

    def compose(self) -> ComposeResult:
        """The story, and the keys below it."""
        yield self._view
        yield Keys()

    async def on_mount(self) -> None:
        """Open the book where the reader left it."""
        self.show_hints()
        self._view.show_head()
        self.set_interval(LOOKING_AHEAD, self._mark_ready)
        await self._view.show_story()
        self.page.focus()
        if self.session.turn is None or unreflected(self.session):
            self.call_after_refresh(self.proceed)  # what is due may load much; the page comes first
        else:
            await self.settle()
            self.call_after_refresh(self.wake)

    # --- a turn, from asking for it to its end ---

    def play(self, choice: Choice) -> None:
        """Have a choice told."""
        self._tell(Attempt(self.session.play(choice), choice))

    def proceed(self) -> None:
        """Have told whatever is due."""
        self._tell(Attempt(self.session.proceed(), Choice(ChoiceKind.BEGIN)))

    def tell_again(self, wish: str = "", *, storyteller: str = "") -> None:
        """Retry what failed, or tell the last turn anew."""
        self._tell(again(self.session, self._runner.attempt, wish=wish, storyteller=storyteller))

    def _tell(self, attempt: Attempt) -> None:
        self.phase = Phase.TELLING
        self._countdown.stop()
        self._runner.take_up(attempt)
        self.app.clear_notifications()
        self._turn = self._run()

    @work(exclusive=True, group="turn", exit_on_error=False)
    async def _run(self) -> None:
        await self._runner.run()
        await (self.show_failure() if self._runner.failed else self.settle())

    async def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A turn was stopped, or broke."""
        if event.worker is not self._turn or not self._open:
            return
        match event.state, event.worker.error:
            case WorkerState.CANCELLED, _:
                self._runner.break_off(stopped(self.session))
            case WorkerState.ERROR, FictionError() as error:
                self._runner.break_off(error.message, error.hint)
            case WorkerState.ERROR, error:
                self._runner.break_off(BROKEN, self.fiction.report(error))
            case _:
                return
        await self.show_failure()

    async def settle(self) -> None:
        """Show where the session stands, and offer what can be done now."""
        self._countdown.reset()
        self._view.read_session()
        self.phase = settled(self.session)
        await self._view.offer_choices()

    async def show_failure(self) -> None:
        """Say what happened, and offer what can be done about it."""
        failed = self._runner.failed
        assert failed is not None
        self.phase = Phase.TROUBLE
        await self._view.offer_remedies(failed, remedies(self.session, failed, self._runner.attempt))
        self._countdown.start(failed)

    @work(group="wake", exit_on_error=False)
    async def wake(self) -> None:
        """Have the memory loaded where no turn is due: the reader can choose meanwhile."""
        async with aclosing(self.session.proceed()) as due:
            async for _ in due:
                pass

    def action_stop(self) -> None:
        """Stop the turn that is in the making."""
        if self._turn is not None:
            self._turn.cancel()

    async def put_down(self) -> None:
        """Stop, and wait until everything has let go; nothing is shown any more."""
        self._leaving = True
        self._countdown.stop()
        if self._turn is not None and not self._turn.is_finished:
            self._turn.cancel()
            with suppress(WorkerError, asyncio.CancelledError):
                await self._turn.wait()

    @property
    def _open(self) -> bool:
        """The book is open: there is still something to show it on."""
        return self.is_running and not self._leaving and self._view.is_attached

    # --- what the parts ask for ---

    async def on_choices_taken(self, message: Choices.Taken) -> None:
        """Enter, or a click."""
        await self.run_action(message.action)

    def relabel_retry(self, label: str) -> None:
        """Other words for the choice to try again."""
        self.query_one(Choices).relabel("retry", label)

    # --- the reader is here, or comes back ---

    def on_key(self) -> None:
        """Ask nothing by itself any more: the reader is here."""
        self._countdown.leave_it_to_the_reader()

    on_screen_suspend = on_key

    def on_screen_resume(self) -> None:
        """Memories may have been edited, the theme changed."""
        if self.phase is not Phase.TELLING:
            self._view.show_memory()

    def _mark_ready(self) -> None:
        if self.phase is Phase.CHOOSING:
            self.query_one(Choices).mark_ready(self.session.ready)

    # --- keys ---

    def hints(self) -> tuple[Hint, ...]:
        """The keys of the moment."""
        return WRITING if self.desk.writing else HINTS[self.phase]

    def watch_phase(self) -> None:
        """Other things can be done now."""
        self.show_hints()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys do nothing where they make no sense."""
        if action == "allow" and (self._runner.failed is None or self._runner.failed.trouble is not Trouble.CAPPED):
            return False
        return allowed(action, parameters, self.phase, self.session)

    def action_choose(self, number: int) -> None:
        """Take a plan."""
        self.action_put_away()
        self.play(self.session.offered(number))

    def action_run_on(self) -> None:
        """Let the moment run on."""
        self.play(Choice(ChoiceKind.CONTINUE))

    def action_retry(self) -> None:
        """Tell it again."""
        self.tell_again()

    def action_builtin(self) -> None:
        """Let the built-in storyteller tell it."""
        self.tell_again(storyteller="offline")

    def action_allow(self) -> None:
        """Go on beyond a cap."""
        self.session.allow()
        self.tell_again()

    async def action_escape(self) -> None:
        """Out of whatever it is."""
        match self.phase:
            case Phase.TELLING:
                self.action_stop()
            case Phase.TROUBLE:
                await self.action_go_back()
            case _:
                self.action_put_away()

    # --- writing ---

    def action_write(self) -> None:
        """Take the pen for an act of one's own."""
        self._take(Pen(Purpose.ACT))

    def action_edit(self) -> None:
        """Take the pen to the plan under the caret, or to what could not be told."""
        if self.phase is Phase.TROUBLE and self._runner.failed is not None:
            self._take(pen_for_untold(self.session, self._runner.failed.choice))
        else:
            self._take(pen_for_plan(self.session, self.query_one(Choices).marked_plan or 1))

    def action_wish(self) -> None:
        """Take the pen to say how it should be told."""
        self._take(Pen(Purpose.WISH))

    def action_name(self) -> None:
        """Take the pen to name this place."""
        self._take(Pen(Purpose.NAME))

    @property
    def unsent(self) -> Unsent | None:
        """What is being written just now; None where nothing is."""
        text = self.query_one(ActInput).text
        return self._pen.unsent(self.session, text) if self.desk.writing and text else None

    def take_up(self, unsent: Unsent) -> None:
        """Go on writing what was unsent, where it still has its place."""
        pen = pen_for_unsent(self.session, unsent)
        if pen is not None and self.phase is not Phase.TELLING:
            self._take(pen)

    def _take(self, pen: Pen) -> None:
        self._pen = pen
        self.desk.open_pen(pen.purpose.value, pen.text)
        self.show_hints()

    def action_put_away(self) -> None:
        """Write nothing more."""
        if self.desk.writing:
            self.desk.close_pen()
            self.query_one(ActInput).load_text("")
            self.show_hints()
            self.query_one(Choices).focus()

    on_act_input_closed = action_put_away

    def on_act_input_written(self, message: ActInput.Written) -> None:
        """Do what was written for; what can't be taken stays in the pen."""
        try:
            self._send(message.text)
        except FictionError as error:
            self.regret(error)
        else:
            self.action_put_away()

    def _send(self, text: str) -> None:
        match self._pen.purpose:
            case Purpose.ACT | Purpose.EDIT:
                self.play(self._pen.choice(self.session, text))
            case Purpose.WISH:
                self.tell_again(text)
            case Purpose.NAME:
                self.say(f"This place is now called {self.session.bookmark(text).name}.")

    # --- going back and forth ---

    async def action_undo(self) -> None:
        """Back a turn."""
        await self._go(self.session.undo)

    async def action_redo(self) -> None:
        """Forward a turn."""
        await self._go(self.session.redo)

    async def _go(self, step: Callable[[], Turn | None]) -> None:
        try:
            step()
        except FictionError as error:
            self.regret(error)
        await self.action_go_back()

    async def action_go_back(self) -> None:
        """Leave what failed; show where the session stands."""
        self._runner.forget()
        await self._view.show_story()
        await self.settle()

    @work(exit_on_error=False)
    async def action_places(self) -> None:
        """To a place that has a name."""
        marks = self.session.bookmarks()
        if not marks:
            self.say("No place in this story has a name yet: s gives one to where you are.")
            return
        turn = await self.app.push_screen_wait(Places(marks))
        if turn is not None:
            await self._go(lambda: self.session.jump(turn))

    async def told_by_another(self) -> None:
        """Another storyteller tells from here on; what failed can be told by it."""
        if self.phase is not Phase.TELLING:
            await self.action_go_back()
        self.say(f"Told by {self.session.storyteller.about} from here on.")

    # --- looking around ---

    def action_read_on(self) -> None:
        """A screen further."""
        self.page.action_on()

    def action_read_back(self) -> None:
        """A screen back."""
        self.page.release()
        self.page.scroll_page_up(animate=False)

    def action_panel(self) -> None:
        """The memory at work: beside the page where there is room, else instead of it."""
        self.toggle_class("-no-panel" if self.has_class("-wide") else "-peek")

    def action_memory(self) -> None:
        """All memories."""
        from fiction.tui.reading.memory import MemoryScreen

        self.app.push_screen(MemoryScreen(self.session))

    def action_costs(self) -> None:
        """What the story costs."""
        from fiction.tui.reading.costs import CostsScreen

        turn = self.session.turn
        about = self.session.storyteller.about
        self.app.push_screen(CostsScreen(turn.usage if turn else Usage(), self.session.costs, about))

    def action_minds(self) -> None:
        """Who tells this story, and who could."""
        self.fiction.open_models()

    def action_saves(self) -> None:
        """Other stories."""
        self.fiction.open_saves()

    async def action_new_story(self) -> None:
        """The worlds."""
        await self.fiction.leave()
        self.fiction.open_worlds()

    async def action_leave_story(self) -> None:
        """To the title; everything is saved."""
        await self.fiction.leave()
