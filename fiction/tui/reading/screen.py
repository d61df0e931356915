"""The reading screen: the story, the ways on, the reader's pen."""

from collections.abc import Callable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from fiction.errors import FictionError, Trouble
from fiction.story.memory import TurnId
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.reader import ENDLESS
from fiction.story.turn import Turn
from fiction.tui import words
from fiction.tui.prose import plain_line
from fiction.tui.reading import cost_words
from fiction.tui.reading.bookmarks import Places
from fiction.tui.reading.choice_bar import ChoiceBar
from fiction.tui.reading.choices import Choices
from fiction.tui.reading.memory_panel import MemoryPanel
from fiction.tui.reading.page import STEP, Page
from fiction.tui.reading.phases import ALLOWED, GOVERNED, HINTS, WRITING, Phase, unreflected
from fiction.tui.reading.writing import Writing
from fiction.tui.widgets.keys import Hint, Keys

LOOKING_AHEAD = 1.0
"""Seconds between two looks at which passages are written already."""


class ReadingScreen(Writing):
    """A session on the screen: what is always shown, and what the reader does with the story."""

    CSS_PATH = "screen.tcss"
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
        Binding("w", "minds", "Who tells"),
        Binding("g", "allow", "Go on all the same"),
        Binding("dollar_sign", "costs", "Costs"),
        Binding("space,pagedown", "read_on", "Read on"),
        Binding("pageup", "read_back", "Read back"),
        Binding("escape", "escape", "Stop, or back"),
        Binding("ctrl+x", "stop", "Stop"),
        Binding("q", "leave_story", "Title"),
        Binding("question_mark", "app.help", "Help"),
    ]

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
                yield ChoiceBar(id="desk")
            yield MemoryPanel(id="panel")
        yield Keys()

    async def on_mount(self) -> None:
        """Open the book where the reader left it."""
        self.show_hints()
        self._head()
        self.set_interval(LOOKING_AHEAD, self._mark_ready)
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
        return WRITING if self.query_one(ChoiceBar).writing else HINTS[self.phase]

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
        parts = (place, cost_words.so_far(self._costs.story)) if turn else ()
        self.query_one("#turn", Static).update(Content(" · ".join(part for part in parts if part)))
        self.set_class(bool(scene), "-scene")

    def _mark_ready(self) -> None:
        if self.phase is Phase.CHOOSING:
            self.query_one(Choices).mark_ready(self.session.ready)

    def on_page_moved(self, message: Page.Moved) -> None:
        """Say whether there is more to read."""
        self.query_one("#more", Static).update(Content("▼ more" if message.more else ""))

    def on_page_read(self) -> None:
        """At the end of the page come the ways on."""
        self.query_one(Choices).focus()

    def on_choices_left(self) -> None:
        """Above the ways is the page."""
        self.page.focus()

    async def on_choices_taken(self, message: Choices.Taken) -> None:
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
            case "allow":
                return self._failed is not None and self._failed.trouble is Trouble.CAPPED
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

    async def told_by_another(self) -> None:
        """Another storyteller tells from here on; what failed can be told by it."""
        self._failed = None
        if self.phase is not Phase.TELLING:
            await self._settle_anew()
        self.say(f"Told by {self.session.storyteller.about} from here on.")

    def action_allow(self) -> None:
        """Go on beyond a cap."""
        self.session.allow()
        self.tell_again()

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
