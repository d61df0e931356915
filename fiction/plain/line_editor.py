"""A line in the making at a terminal: what is typed, and what its changes look like."""

import re

from fiction.plain.keystrokes import LineKey
from fiction.plain.line_printer import columns_of

BELL = "\a"
_LAST_WORD = re.compile(r"\S*\s*\Z")


class LineEditor:
    """Text that grows and shrinks at its end. Each change returns what shows it on the terminal."""

    def __init__(self, *, limit: int) -> None:
        """`limit` is the most characters that it takes."""
        self.text = ""
        self.width = 80
        """Columns of the terminal."""
        self.start = 0
        """The column that the text begins at."""
        self._limit = limit

    def insert(self, text: str) -> str:
        """Put text at the end; a bell where there is no room for all of it."""
        kept = text[: self._limit - len(self.text)]
        self.text += kept
        return self._shown(kept) + (BELL if len(kept) < len(text) else "")

    def erase(self, key: LineKey) -> str:
        """Take away the last character with its marks, the last word, or all."""
        before = self._end()
        match key:
            case LineKey.ERASE:
                self.text = self.text[: len(self.text) - _last_character(self.text)]
            case LineKey.ERASE_WORD:
                self.text = _LAST_WORD.sub("", self.text)
            case _:
                self.text = ""
        after = self._end()
        up = f"\x1b[{before[0] - after[0]}A" if before[0] > after[0] else ""
        return f"{up}\x1b[{after[1] + 1}G\x1b[J" if before != after else ""

    def shown(self) -> str:
        """The whole text, for a line that begins anew."""
        return self._shown(self.text)

    def take(self) -> str:
        """The text; the next one begins empty."""
        text, self.text = self.text, ""
        return text

    def _shown(self, text: str) -> str:
        """A full row is left at once: in its last column a terminal waits for one more character before it wraps."""
        return text + (" \r" if text and self._end()[1] == 0 else "")

    def _end(self) -> tuple[int, int]:
        """Row and column after the text."""
        row, column = divmod(self.start, self.width)
        for char in self.text:
            wide = columns_of(char)
            if column + wide > self.width:
                row, column = row + 1, 0
            column += wide
            if column == self.width:
                row, column = row + 1, 0
        return row, column


def _last_character(text: str) -> int:
    size = 0
    for char in reversed(text):
        size += 1
        if columns_of(char):
            break
    return size
