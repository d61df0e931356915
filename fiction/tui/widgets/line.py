"""A one-line field that cleans typed and pasted text before it is shown."""

from textual import events
from textual.widgets import Input

from fiction.text.sanitise import clean

CONTEXT = 16
"""Characters before the cursor that are cleaned too, since combining marks are limited for each letter."""


class Line(Input):
    """Textual's input with cleaned text; pasted lines are joined."""

    def replace(self, text: str, start: int, end: int) -> None:
        """Replace a range by a cleaned text; called for keys, pastes and the clipboard."""
        before = self.value[: min(start, end)][-CONTEXT:]
        added = clean(before + text)[len(before) :] if text else ""
        if added or not text:
            super().replace(" ".join(added.split("\n")), start, end)

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.replace(" ".join(clean(event.text).split()), *self.selection)
