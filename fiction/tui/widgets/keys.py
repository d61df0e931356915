"""The last line of a screen: the keys and their actions, as many as fit."""

from collections.abc import Iterable
from dataclasses import dataclass

from textual.content import Content
from textual.style import Style
from textual.widget import Widget


@dataclass(frozen=True, slots=True)
class Hint:
    """A key and its action."""

    key: str
    """The key's name on the screen."""
    words: str
    action: str
    """The action for a click; empty for none."""

    def content(self) -> Content:
        """The hint as text for the line."""
        text = Content.assemble((f"{self.key} ", "bold"), self.words)
        return text.stylize(Style.from_meta({"@click": self.action})) if self.action else text


class Keys(Widget):
    """One line of hints. If space is short, hints before the last are left out: the last one opens the help."""

    DEFAULT_CSS = """
    Keys {
        dock: bottom;
        height: 1;
        padding: 0 1;
        background: $panel;
        color: $text-muted;
        link-style: none;
        link-style-hover: bold;
        link-background-hover: transparent;
        text-wrap: nowrap;
    }
    """

    def __init__(self, hints: Iterable[Hint] = ()) -> None:
        super().__init__()
        self._hints = tuple(hints)

    def show(self, hints: Iterable[Hint]) -> None:
        """Show other hints, the most useful first."""
        self._hints = tuple(hints)
        self.refresh()

    def render(self) -> Content:
        """The hints that fit."""
        if not self._hints:
            return Content()
        *others, last = [hint.content() for hint in self._hints]
        room = self.content_size.width - last.cell_length
        shown: list[Content] = []
        for other in others:
            room -= other.cell_length + 2
            if room < 0:
                break
            shown.append(other)
        return Content("  ").join([*shown, last])
