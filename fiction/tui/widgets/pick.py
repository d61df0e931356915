"""A picker for a few values in one line, by arrow keys or clicks."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from fiction.tui.prose import plain_line


class Pick(Widget, can_focus=True):
    """A picker, shown as `‹ novella, about 60 turns ›`."""

    DEFAULT_CSS = """
    Pick {
        width: 1fr;
        height: 1;
        padding: 0 1;
        background: $surface;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    Pick:focus {
        background: $block-cursor-background;
        color: $block-cursor-foreground;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "turn(1)", "Next", show=False),
        Binding("left", "turn(-1)", "Previous", show=False),
        Binding("enter", "submit", "Accept", show=False),
    ]

    index: reactive[int] = reactive(0)
    """Index of the picked value."""

    @dataclass
    class Changed(Message):
        """Another value was picked."""

        pick: "Pick"
        value: str

    @dataclass
    class Submitted(Message):
        """Enter was pressed."""

        pick: "Pick"

    def __init__(self, *values: tuple[str, str], value: str = "", id: str | None = None) -> None:
        """Pairs of value and label; the first is picked unless `value` names another."""
        super().__init__(id=id)
        self.values = values
        self.set_reactive(Pick.index, next((at for at, pair in enumerate(values) if pair[0] == value), 0))

    @property
    def value(self) -> str:
        """The picked value; empty without any values."""
        return self.values[self.index][0] if self.values else ""

    def render(self) -> Content:
        """The picked label between arrows."""
        words = plain_line(self.values[self.index][1]) if self.values else Content("-")
        return Content.assemble("‹ ", words, " ›") if len(self.values) > 1 else words

    def action_turn(self, step: int) -> None:
        """Go to the next or previous value, cyclically."""
        if self.values:
            self.index = (self.index + step) % len(self.values)
            self.post_message(self.Changed(self, self.value))

    def action_submit(self) -> None:
        """Submit the form, like Enter in a text field."""
        self.post_message(self.Submitted(self))

    def on_click(self, event: events.Click) -> None:
        """Go back on a click in the left half, on in the right half."""
        self.action_turn(-1 if event.x < 3 else 1)
