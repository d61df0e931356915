"""A field of several lines that cleans typed and pasted text before it is shown."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import TextArea
from textual.widgets.text_area import EditResult, Location

from fiction.text.sanitise import clean
from fiction.tui.widgets.line import CONTEXT


class Sheet(TextArea):
    """Textual's text area with cleaned text. Ctrl+Z stops the game, so undo has the key of shells."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+underscore,ctrl+slash,super+z", "undo", "Undo", show=False),
    ]

    def _replace_via_keyboard(self, insert: str, start: Location, end: Location) -> EditResult | None:
        """Replace a range by a cleaned text; called for keys, pastes and the clipboard."""
        first, last = sorted((start, end))
        before = self.document.get_line(first[0])[: first[1]][-CONTEXT:]
        added = clean(before + insert)[len(before) :] if insert else ""
        return super()._replace_via_keyboard(added, first, last) if added or not insert else None
