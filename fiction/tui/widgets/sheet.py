"""A field of many lines that cleans what is typed and pasted into it before it is shown."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import TextArea
from textual.widgets.text_area import EditResult, Location

from fiction.text.sanitise import clean
from fiction.tui.widgets.line import CONTEXT


class Sheet(TextArea):
    """Textual's text area at the border to foreign text. Ctrl+Z stops the game, so undoing has the key of shells."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+underscore,ctrl+slash,super+z", "undo", "Undo", show=False),
    ]

    def _replace_via_keyboard(self, insert: str, start: Location, end: Location) -> EditResult | None:
        """Put the clean part of a text in the place of another; keys, pastes and the clipboard all come this way."""
        first, last = sorted((start, end))
        before = self.document.get_line(first[0])[: first[1]][-CONTEXT:]
        added = clean(before + insert)[len(before) :] if insert else ""
        return super()._replace_via_keyboard(added, first, last) if added or not insert else None
