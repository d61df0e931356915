"""Two dialogs: a yes/no question, and a line of text."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.screen import ModalScreen
from textual.widgets import Static

from fiction.tui.prose import plain
from fiction.tui.reading.act_input import ActInput

CSS = """
{name} {{ align: center middle; }}
{name} > VerticalGroup {{
    width: 90%;
    max-width: 64;
    height: auto;
    max-height: 90%;
    padding: 1 2;
    border: round $border;
    background: $surface;
}}
{name} .keys {{ color: $text-muted; margin-top: 1; }}
"""


class Confirm(ModalScreen[bool | None]):
    """A question with y or n; None if dismissed. Enter does not answer it, since there is no undo."""

    DEFAULT_CSS = CSS.format(name="Confirm")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,q", "answer(False)", "No"),
        Binding("escape", "answer(None)", "Leave it"),
    ]

    def __init__(self, question: str, yes: str) -> None:
        super().__init__()
        self._question = question
        self._yes = yes

    def compose(self) -> ComposeResult:
        """The question and the two keys."""
        with VerticalGroup():
            yield Static(plain(self._question))
            yield Static(
                f"[@click=screen.answer(True)][b]y[/b] {self._yes}[/]   [@click=screen.answer(False)][b]n[/b] no[/]",
                classes="keys",
            )

    def action_answer(self, answer: bool | None) -> None:
        """Close with the answer."""
        self.dismiss(answer)


class Ask(ModalScreen[str | None]):
    """A question for one line of text; None if dismissed."""

    DEFAULT_CSS = CSS.format(name="Ask")

    def __init__(self, question: str, text: str = "") -> None:
        super().__init__()
        self._question = question
        self._text = text

    def compose(self) -> ComposeResult:
        """The question and the input."""
        with VerticalGroup():
            yield Static(plain(self._question))
            yield ActInput()
            yield Static("[b]Enter[/b] keep   [@click=screen.leave][b]Esc[/b] leave[/]", classes="keys")

    def on_mount(self) -> None:
        """Focus the input."""
        self.query_one(ActInput).take(self._text)

    def on_act_input_written(self, message: ActInput.Written) -> None:
        """Close with the text."""
        self.dismiss(message.text)

    def on_act_input_closed(self) -> None:
        """Close without an answer."""
        self.dismiss(None)

    def action_leave(self) -> None:
        """Close without an answer."""
        self.dismiss(None)
