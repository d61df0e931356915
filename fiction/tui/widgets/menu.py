"""A list of options with a caret on the selected line."""

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widgets import OptionList
from textual.widgets.option_list import Option

CARET = "❯ "
GUTTER = 2


class Menu(OptionList):
    """Options without markup. The selected one has a caret as well as a colour."""

    DEFAULT_CSS = """
    Menu, Menu:focus {
        border: none;
        padding: 0;
        background: transparent;
        background-tint: transparent;
    }
    """

    def __init__(self, *options: Option, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(*options, id=id, classes=classes, markup=False)

    def fill(self, options: Iterable[Option | None]) -> None:
        """Replace the options; the caret stays on the same id, or else on the same line."""
        kept, at = self.highlighted_option, self.highlighted
        self.set_options(options)
        ids = [option.id for option in self.options]
        if kept is not None and kept.id in ids:
            self.highlighted = ids.index(kept.id)
        elif ids:
            self.highlighted = min(at or 0, len(ids) - 1)

    def _get_left_gutter_width(self) -> int:
        return GUTTER

    def render_line(self, y: int) -> Strip:
        """The line, with the caret if it is the first of the selected option."""
        strip = super().render_line(y)
        line = self.scroll_offset.y + y
        if line >= len(self._lines):
            return strip
        index, offset = self._lines[line]
        style = next((segment.style for segment in strip if segment.style), Style()) + Style(meta={"option": index})
        caret = CARET if index == self.highlighted and offset == 0 else " " * GUTTER
        return Strip.join([Strip([Segment(caret, style)], GUTTER), strip])
