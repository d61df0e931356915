"""The screen of the reader's profile, which all stories share."""

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
"""Weight from which an approach counts as a leaning."""


def leanings(reader: ReaderProfile) -> str:
    """The reader's leanings, learned from their choices, as a sentence; empty without any."""
    liked = [approach.value for approach, weight in reader.leanings if weight >= LEANS]
    return f"You tend to choose what is {' or '.join(liked)}." if liked else ""


class ReaderScreen(GameScreen):
    """The form of the profile; Enter saves it."""

    CSS_PATH = "begin.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
    ]

    def compose(self) -> ComposeResult:
        """The fields and the leanings."""
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
        """Focus the first field."""
        self.query(Input).first().focus()

    def on_input_submitted(self) -> None:
        """Save on Enter in a field."""
        self.action_keep()

    def on_pick_submitted(self) -> None:
        """Save on Enter on a value."""
        self.action_keep()

    def action_keep(self) -> None:
        """Save the profile."""
        try:
            self.game.keep_reader(self.query_one(ReaderForm).reader)
        except FictionError as error:
            self.regret(error)
            return
        self.app.pop_screen()
