"""The reading screen: the story, the ways on, the reader's pen."""

from collections.abc import Callable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from fiction.errors import FictionError
from fiction.story.memory import TurnId
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.reader import ENDLESS
from fiction.story.turn import Turn
from fiction.tui import words
from fiction.tui.phases import ALLOWED, GOVERNED, HINTS, WRITING, Phase, Purpose, unreflected
from fiction.tui.places import Places
from fiction.tui.prose import plain_line
from fiction.tui.telling import Telling
from fiction.tui.widgets.at_work import AtWork
from fiction.tui.widgets.desk import Desk
from fiction.tui.widgets.keys import Hint, Keys
from fiction.tui.widgets.page import STEP, Page
from fiction.tui.widgets.pen import Pen
from fiction.tui.widgets.ways import Ways


class ReadingScreen(Telling):
    """A session on the screen. How turns come onto it is in `telling`; here is what the reader does."""

    CSS_PATH = "reading.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "choose(1)", "Plan 1", show=False),
        Binding("2", "choose(2)", "Plan 2", show=False),
        Binding("3", "choose(3)", "Plan 3", show=False),
        Binding("4,slash", "write", "Write"),
        Binding("e", "edit", "Edit"),
        Binding("c", "run_on", "Let it run on"),
        Binding("u", "undo", "Undo"),
        Binding("ctrl+r,U", "redo", "Redo"),
        Binding("r", "retry", "Retry"),
        Binding("R", "wish", "Retry with a wish"),
        Binding("b", "builtin", "The built-in storyteller"),
        Binding("b", "saves", "Saves"),
        Binding("m", "memory", "Memory"),
        Binding("s", "name", "Name this place"),
        Binding("B", "places", "Named places"),
        Binding("n", "new_story", "New story"),
        Binding("p", "panel", "Memory at work"),
        Binding("space,pagedown", "read_on", "Read on"),
        Binding("pageup", "read_back", "Read back"),
        Binding("escape", "escape", "Stop, or back"),
        Binding("ctrl+x", "stop", "Stop"),
        Binding("q", "leave_story", "Title"),
        Binding("question_mark", "app.help", "Help"),
    ]

    _purpose = Purpose.ACT
    _number = 0

    def compose(self) -> ComposeResult:
        """Header, page and panel, desk, keys."""
        with Horizontal(id="head"):
            yield Static("", id="story", markup=False)
            yield Static("", id="scene", markup=False)
            yield Static("", id="turn", markup=False)
        with Horizontal(id="middle"):
            with Vertical(id="reading"):
                yield Page(self._older, id="page")
                yield Static("", id="more", markup=False)
                yield Desk(id="desk")
            yield AtWork(id="panel")
        yield Keys()

    async def on_mount(self) -> None:
        """Open the book where the reader left it."""
        self.show_hints()
        self._head()
        await self.show_story()
        self.page.focus()
        if self.session.turn is None or unreflected(self.session):
            self.call_after_refresh(self.proceed)  # what is due may load much; the page comes first
        else:
            await self.settle()
            self.call_after_refresh(self.wake)

    def on_screen_resume(self) -> None:
        """Memories may have been edited, the theme changed."""
        if self.phase is not Phase.TELLING:
            self._show_memory()

    def _older(self, before: TurnId) -> tuple[Turn, ...]:
        return self.session.transcript(STEP, before=before)

    # --- what is always shown ---

    def hints(self) -> tuple[Hint, ...]:
        """The keys of the moment."""
        return WRITING if self.query_one(Desk).writing else HINTS[self.phase]

    def watch_phase(self) -> None:
        """Other things can be done now."""
        self._head()
        self.show_hints()

    def _head(self) -> None:
        story, turn = self.session.story, self.session.turn
        self.query_one("#story", Static).update(plain_line(story.title))
        scene = turn.title if turn else ""
        if scene and story.settings.turns != ENDLESS:
            scene = f"{words.roman(self.session.direction.act)}. {scene}"
        self.query_one("#scene", Static).update(plain_line(scene))
        place = words.place_in_story(turn.depth if turn else 0, story.settings.turns)
        self.query_one("#turn", Static).update(Content(place if turn else ""))
        self.set_class(bool(scene), "-scene")

    def on_page_moved(self, message: Page.Moved) -> None:
        """Say whether there is more to read."""
        self.query_one("#more", Static).update(Content("▼ more" if message.more else ""))

    def on_page_read(self) -> None:
        """At the end of the page come the ways on."""
        self.query_one(Ways).focus()

    def on_ways_left(self) -> None:
        """Above the ways is the page."""
        self.page.focus()

    async def on_ways_taken(self, message: Ways.Taken) -> None:
        """Enter, or a click."""
        await self.run_action(message.action)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys do nothing where they make no sense."""
        if action in GOVERNED and action not in ALLOWED[self.phase]:
            return False
        match action:
            case "choose":
                return isinstance(number := parameters[0], int) and number <= len(self.session.plans)
            case "edit":
                return self.phase is Phase.TROUBLE or bool(self.session.plans)
            case "undo":
                return self.session.can_undo
            case "redo":
                return self.session.can_redo
            case "saves":
                return self.phase is not Phase.TROUBLE
            case _:
                return True

    # --- choosing ---

    def action_choose(self, number: int) -> None:
        """Take a plan."""
        self._put_pen_away()
        self.play(self.session.offered(number))

    def action_run_on(self) -> None:
        """Let the moment run on."""
        self.play(Choice(ChoiceKind.CONTINUE))

    def action_write(self) -> None:
        """Take the pen for an act of one's own."""
        self._take_pen(Purpose.ACT)

    def action_edit(self) -> None:
        """Take the pen to the plan under the caret, or to what could not be told."""
        if self.phase is Phase.TROUBLE and self._failed is not None:
            choice = self._failed.choice
            plans = self.session.plans
            self._number = plans.index(choice.plan) + 1 if choice.plan in plans else 0
            self._take_pen(Purpose.EDIT, choice.text)
            return
        self._number = self.query_one(Ways).marked_plan or 1
        self._take_pen(Purpose.EDIT, self.session.plans[self._number - 1].label)

    def action_wish(self) -> None:
        """Take the pen to say how it should be told."""
        self._take_pen(Purpose.WISH)

    def action_name(self) -> None:
        """Take the pen to name this place."""
        self._take_pen(Purpose.NAME)

    # --- the pen ---

    def _take_pen(self, purpose: Purpose, text: str = "") -> None:
        self._purpose = purpose
        self.desk.open_pen(purpose.value, text)
        self.show_hints()

    def _put_pen_away(self) -> None:
        if self.desk.writing:
            self.desk.close_pen()
            self.show_hints()
            self.query_one(Ways).focus()

    def action_put_away(self) -> None:
        """Write nothing after all."""
        self._put_pen_away()

    def on_pen_closed(self) -> None:
        """Escape in the pen."""
        self._put_pen_away()

    def on_pen_written(self, message: Pen.Written) -> None:
        """What was written goes where it was meant for."""
        try:
            self._send(message.text)
        except FictionError as error:
            self.regret(error)
        else:
            self._put_pen_away()

    def _send(self, text: str) -> None:
        match self._purpose:
            case Purpose.ACT:
                self.play(self.session.written(text))
            case Purpose.EDIT:
                number = self._number
                self.play(self.session.edited(number, text) if number else self.session.written(text))
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
        await self._settle_anew()

    async def _settle_anew(self) -> None:
        self._failed = None
        await self.show_story()
        await self.settle()
        self._head()

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

    def action_retry(self) -> None:
        """Tell it again."""
        self.tell_again()

    def action_builtin(self) -> None:
        """Let the built-in storyteller tell it."""
        self.tell_again(storyteller="offline")

    async def action_go_back(self) -> None:
        """Leave what failed."""
        await self._settle_anew()

    def action_stop(self) -> None:
        """Stop the telling."""
        self.stop()

    async def action_escape(self) -> None:
        """Out of whatever it is."""
        match self.phase:
            case Phase.TELLING:
                self.stop()
            case Phase.TROUBLE:
                await self._settle_anew()
            case _:
                self._put_pen_away()

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
        from fiction.tui.memory import MemoryScreen

        self.app.push_screen(MemoryScreen(self.session))

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
