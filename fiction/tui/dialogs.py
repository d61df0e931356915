"""Two small questions: yes or no, and a line of text."""

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
    """A question that is answered with y or n, None where it is left. Enter is not enough: there is no undoing."""

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
        """Close with it."""
        self.dismiss(answer)


class Ask(ModalScreen[str | None]):
    """A question that is answered in a line; None when the reader thinks better of it."""

    DEFAULT_CSS = CSS.format(name="Ask")

    def __init__(self, question: str, text: str = "") -> None:
        super().__init__()
        self._question = question
        self._text = text

    def compose(self) -> ComposeResult:
        """The question and the pen."""
        with VerticalGroup():
            yield Static(plain(self._question))
            yield ActInput()
            yield Static("[b]Enter[/b] keep   [@click=screen.leave][b]Esc[/b] leave[/]", classes="keys")

    def on_mount(self) -> None:
        """Straight to the pen."""
        self.query_one(ActInput).take(self._text)

    def on_act_input_written(self, message: ActInput.Written) -> None:
        """Answered."""
        self.dismiss(message.text)

    def on_act_input_closed(self) -> None:
        """Not answered."""
        self.dismiss(None)

    def action_leave(self) -> None:
        """Not answered either."""
        self.dismiss(None)
