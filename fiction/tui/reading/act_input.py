"""Where the reader writes: a field that wraps and grows, and sends with Enter."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from fiction.text.sanitise import clean
from fiction.tui.widgets.sheet import Sheet


class ActInput(Sheet):
    """A line of the reader's own, however long; Enter sends it, Escape puts it away."""

    DEFAULT_CSS = """
    ActInput {
        height: auto;
        min-height: 1;
        max-height: 5;
        border: none;
        padding: 0 1;
        background: $surface;
        scrollbar-size-vertical: 1;
    }
    ActInput:focus {
        border: none;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close", show=False)]

    @dataclass
    class Written(Message):
        """The reader has written something; never empty, one line, clean."""

        pen: "ActInput"
        text: str

    @dataclass
    class Closed(Message):
        """The reader writes nothing after all."""

        pen: "ActInput"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, compact=True, soft_wrap=True, highlight_cursor_line=False, tab_behavior="focus")

    def take(self, text: str = "", *, placeholder: str = "") -> None:
        """Start with this text, and take the focus."""
        self.load_text(clean(text))
        self.placeholder = placeholder
        self.move_cursor(self.document.end)
        self.focus()

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            if line := " ".join(clean(self.text).split()):
                self.post_message(self.Written(self, line))
            return
        await super()._on_key(event)

    def action_close(self) -> None:
        """Put the pen away."""
        self.post_message(self.Closed(self))
