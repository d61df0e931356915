"""The places in a story that the reader gave a name, to go back to one of them."""

import time
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.widgets.option_list import Option

from fiction.story.memory import TurnId
from fiction.story.turn import Bookmark
from fiction.tui import words
from fiction.tui.dialogs import CSS
from fiction.tui.prose import plain_line
from fiction.tui.widgets.menu import Menu


def _option(mark: Bookmark, now: float) -> Option:
    name = plain_line(mark.name, "bold", limit=60)
    return Option(Content.assemble(name, "  ", (f"named {words.ago(mark.created, now)}", "dim")))


class Places(ModalScreen[TurnId | None]):
    """A list of them, the newest first; the turn that was picked, or None. Going there deletes nothing."""

    DEFAULT_CSS = CSS.format(name="Places") + "Places Menu { height: auto; max-height: 12; margin-top: 1; }"

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,B", "leave", "Leave it")]

    def __init__(self, bookmarks: tuple[Bookmark, ...]) -> None:
        super().__init__()
        self._bookmarks = bookmarks[::-1]

    def compose(self) -> ComposeResult:
        """The list and its keys."""
        with VerticalGroup():
            yield Static("Go to a place that you named", markup=False)
            yield Menu(*(_option(mark, time.time()) for mark in self._bookmarks))
            yield Static("[b]Enter[/b] go there   [@click=screen.leave][b]Esc[/b] stay here[/]", classes="keys")

    def on_mount(self) -> None:
        """Straight to the list."""
        self.query_one(Menu).focus()

    def on_option_list_option_selected(self, event: Menu.OptionSelected) -> None:
        """Picked."""
        self.dismiss(self._bookmarks[event.option_index].turn)

    def action_leave(self) -> None:
        """Not picked."""
        self.dismiss(None)
