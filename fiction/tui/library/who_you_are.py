"""You: the profile that carries over from story to story."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from fiction.errors import FictionError
from fiction.story.reader import ReaderProfile
from fiction.tui.game_screen import GameScreen
from fiction.tui.widgets.keys import Hint, Keys
from fiction.tui.widgets.reader_form import ReaderForm

LEANS = 1.15
"""From here on an approach counts as one the reader leans to."""


def leanings(reader: ReaderProfile) -> str:
    """What was learned from the reader's choices, in a sentence; empty where nothing was."""
    liked = [approach.value for approach, weight in reader.leanings if weight >= LEANS]
    return f"You tend to choose what is {' or '.join(liked)}." if liked else ""


class ReaderScreen(GameScreen):
    """The form alone; Enter keeps it."""

    CSS_PATH = "begin.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
    ]

    def compose(self) -> ComposeResult:
        """The fields, and what was learned."""
        try:
            reader = self.game.reader()
        except FictionError as error:
            self.regret(error)
            reader = ReaderProfile()
        yield Static("You", classes="header", markup=False)
        with VerticalScroll(id="form", can_focus=False):
            yield ReaderForm(reader)
            yield Static(leanings(reader), classes="empty", markup=False)
        yield Keys(self.hints())

    def hints(self) -> tuple[Hint, ...]:
        """The keys of the form."""
        return (
            Hint("Enter", "keep", "screen.keep"),
            Hint("↑↓", "fields", ""),
            Hint("Esc", "leave it as it was", "screen.back"),
            Hint("F1", "help", "app.help"),
        )

    def on_mount(self) -> None:
        """Straight to the first field."""
        self.query(Input).first().focus()

    def on_input_submitted(self) -> None:
        """Enter in a field."""
        self.action_keep()

    def on_pick_submitted(self) -> None:
        """Enter on a value."""
        self.action_keep()

    def action_keep(self) -> None:
        """Write the profile."""
        try:
            self.game.keep_reader(self.query_one(ReaderForm).reader)
        except FictionError as error:
            self.regret(error)
            return
        self.app.pop_screen()
