"""The list of choices: the three plans, or what can be done when there are none."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from fiction.tui.prose import plain_line

READY = " ·"
"""Beside the number of a plan whose passage is written already."""


@dataclass(frozen=True, slots=True)
class Option:
    """A choice in the list."""

    key: str
    """The key that takes it, as it is shown."""
    label: str
    action: str
    """The screen's action that it runs; from our own source, never from a story."""
    approach: str = ""
    stake: str = ""


class OptionRow(Horizontal):
    """A choice in a line, or in two where the terminal is narrow."""

    def __init__(self, way: Option, index: int) -> None:
        super().__init__()
        self.way = way
        self.index = index

    def compose(self) -> ComposeResult:
        """Caret, key, label, and on the right what it costs."""
        yield Static("  ", classes="caret", markup=False)
        yield Static(plain_line(self.way.key, "bold"), classes="key")
        aside = [plain_line(self.way.approach, "italic")] if self.way.approach else []
        if self.way.stake:
            aside.append(plain_line(self.way.stake))
        label = plain_line(self.way.label, limit=400)
        yield Static(label, classes="label")
        if aside:
            yield Static(Content(" · ").join(aside), classes="aside")

    def mark(self, marked: bool) -> None:
        """Put the caret here, or take it away."""
        self.set_class(marked, "-marked")
        self.query_one(".caret", Static).update(Content("❯ " if marked else "  "))

    def tell_ready(self, ready: bool) -> None:
        """Mark the plan whose passage is written already; the row keeps its shape."""
        key = Content.assemble(plain_line(self.way.key, "bold"), READY if ready else "")
        self.query_one(".key", Static).update(key, layout=False)

    def on_click(self) -> None:
        """Take the choice."""
        self.post_message(Choices.Taken(self.way.action))


class Choices(VerticalScroll, can_focus=True):
    """The list. Up and down move the caret, Enter takes what it stands at; above the first is the page."""

    DEFAULT_CSS = """
    Choices {
        height: auto;
        max-height: 40vh;
        scrollbar-size-vertical: 1;
    }
    OptionRow {
        height: auto;
        width: 1fr;
    }
    OptionRow .caret { width: 2; color: $accent; }
    OptionRow .key { width: 4; color: $accent; }
    OptionRow .label { width: 6fr; }
    OptionRow .aside { width: 5fr; padding-left: 2; color: $text-muted; }
    OptionRow:hover { background: $block-hover-background; }
    Choices:focus OptionRow.-marked { background: $block-cursor-background; color: $block-cursor-foreground; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("enter", "take", "Take", show=False),
    ]

    marked: reactive[int] = reactive(0)
    """Where the caret is."""

    _ready: frozenset[int] = frozenset()

    @dataclass
    class Taken(Message):
        """A choice was taken, with the keyboard or with the mouse."""

        action: str

    class Left(Message):
        """The caret was moved up from the first choice."""

    async def show(self, ways: tuple[Option, ...]) -> None:
        """List these choices instead of those before."""
        async with self.batch():
            await self.remove_children()
            await self.mount_all(OptionRow(way, index) for index, way in enumerate(ways))
        self._ready = frozenset()
        self.set_reactive(Choices.marked, 0)
        self.scroll_home(animate=False)
        self.watch_marked()

    def relabel(self, action: str, label: str) -> None:
        """Change the words of the choice that runs this action."""
        for row in self.rows:
            if row.way.action == action:
                row.query_one(".label", Static).update(plain_line(label, limit=400))

    def mark_ready(self, plans: frozenset[int]) -> None:
        """Mark the plans, by number, whose passages are written already."""
        if plans == self._ready:
            return
        self._ready = plans
        for row in self.rows:
            row.tell_ready(any(row.way.action == f"choose({number})" for number in plans))

    @property
    def rows(self) -> list[OptionRow]:
        """The rows there are, from the first."""
        return list(self.query_children(OptionRow))

    @property
    def marked_plan(self) -> int:
        """The number of the plan under the caret; 0 where it is none."""
        keys = [row.way.key for row in self.rows if row.index == self.marked and row.way.action.startswith("choose")]
        return int(keys[0]) if keys else 0

    def watch_marked(self) -> None:
        """Move the caret on the screen."""
        for row in self.rows:
            row.mark(row.index == self.marked and self.has_focus)
            if row.index == self.marked:
                self.scroll_to_widget(row, animate=False)

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Only what has the focus shows its caret."""
        super().watch_has_focus(_has_focus)
        self.watch_marked()

    def action_move(self, step: int) -> None:
        """Move the caret, not further than the ends."""
        if self.marked + step < 0:
            self.post_message(self.Left())
        self.marked = max(0, min(self.marked + step, len(self.rows) - 1))

    def action_take(self) -> None:
        """Take the choice under the caret."""
        if rows := self.rows:
            self.post_message(self.Taken(rows[self.marked].way.action))
