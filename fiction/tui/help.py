"""The help: keys, memory, saves, files."""

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Markdown, Static

from fiction.tui.game_screen import GameScreen
from fiction.tui.widgets.keys import Hint, Keys


class HelpScreen(GameScreen):
    """The scrollable text of `help.md`."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,f1,question_mark", "back", "Back")]

    def compose(self) -> ComposeResult:
        """The text."""
        yield Static("Help", classes="header", markup=False)
        with VerticalScroll(id="help"):
            yield Markdown((Path(__file__).parent / "help.md").read_text(encoding="utf-8"), open_links=False)
        yield Keys(self.hints())

    def hints(self) -> tuple[Hint, ...]:
        """The keys of the help."""
        return (Hint("↑↓", "scroll", ""), Hint("Esc", "back", "screen.back"))

    def on_mount(self) -> None:
        """Focus the text, so that arrow keys scroll it."""
        self.query_one("#help").focus()
