"""The progress of a world in the making, with a key to begin without it."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from fiction.engine.game import NewStory
from fiction.engine.making import PARTS, Making
from fiction.errors import FictionError
from fiction.tui import words
from fiction.tui.game_screen import GameScreen
from fiction.tui.prose import plain_line
from fiction.tui.widgets.keys import Hint, Keys

_BAR = 24
"""Width in columns."""


class MakingScreen(GameScreen):
    """Shows the progress while a storyteller makes a world from the reader's sentence; then opens the story."""

    CSS_PATH = "../models/storytellers.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "without", "Begin with the sentence alone"),
        Binding("escape", "stop", "Back"),
        Binding("question_mark", "app.help", "Help"),
    ]

    def __init__(self, story: NewStory) -> None:
        super().__init__()
        self._story = story
        self._making = Making()

    def compose(self) -> ComposeResult:
        """The sentence, the progress, and the keys."""
        yield Static("A world is being made of your sentence", classes="header", markup=False)
        with VerticalScroll(id="form", can_focus=False):
            yield Static(plain_line(self._story.premise, limit=400), classes="about")
            yield Static("", id="bar", markup=False)
            yield Static("", id="status", markup=False)
            yield Static("Enter begins with your sentence alone, at once.", id="said", markup=False)
        yield Keys(self.hints())

    def hints(self) -> tuple[Hint, ...]:
        """The keys: begin without the world, or go back."""
        return (
            Hint("Enter", "begin with the sentence alone", "screen.without"),
            Hint("Esc", "back", "screen.stop"),
            Hint("?", "help", "app.help"),
        )

    def on_mount(self) -> None:
        """Start making the world and showing the progress."""
        self._show()
        self.set_interval(1, self._show)
        self.make()

    @work(exclusive=True, group="making", exit_on_error=False)
    async def make(self) -> None:
        """Make the world, then open the story."""
        try:
            session = await self.game.start(self._story, making=self._making)
        except FictionError as error:
            self.app.call_later(self._give_up, error)
            return
        self.app.call_later(self.fiction.read, session)

    def _give_up(self, error: FictionError) -> None:
        while self in self.app.screen_stack:
            self.app.pop_screen()
        self.app.notify(error.sentence, severity="error", markup=False)

    def action_without(self) -> None:
        """Begin without the world."""
        self._making.begin_without()
        self.query_one("#said", Static).update("The story begins with your sentence.")

    def action_stop(self) -> None:
        """Cancel, and go back to the form."""
        self.workers.cancel_node(self)
        self.action_back()

    def _show(self) -> None:
        making = self._making
        full = _BAR * making.parts // len(PARTS)
        self.query_one("#bar", Static).update(Content("█" * full + "░" * (_BAR - full)))
        said = [
            f"{making.parts} of {len(PARTS)} parts",
            f"{making.characters:,} characters",
            words.waited(int(making.seconds)),
        ]
        if making.left is not None:
            said.append(f"about {words.waited(round(making.left))} more")
        self.query_one("#status", Static).update(Content(" · ".join(said)))
