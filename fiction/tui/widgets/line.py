"""A field of one line that cleans what is typed and pasted into it before it is shown."""

from textual import events
from textual.widgets import Input

from fiction.text.sanitise import clean

CONTEXT = 16
"""Characters before the cursor that are looked at: marks are counted with the letter that they stand on."""


class Line(Input):
    """Textual's field at the border to foreign text; several pasted lines become one."""

    def replace(self, text: str, start: int, end: int) -> None:
        """Put the clean part of a text in the place of another; keys, pastes and the clipboard all come this way."""
        before = self.value[: min(start, end)][-CONTEXT:]
        added = clean(before + text)[len(before) :] if text else ""
        if added or not text:
            super().replace(" ".join(added.split("\n")), start, end)

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.replace(" ".join(clean(event.text).split()), *self.selection)
