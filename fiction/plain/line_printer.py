"""Text for a terminal or a pipe, wrapped as it comes."""

import shutil
import sys
import unicodedata
from typing import TextIO

from fiction.text.sanitise import clean

COLUMNS = 72
"""The measure of prose on a terminal."""

_OPENING = frozenset("“‘（《〈「『【〔［｛([{«‹„‚")
_CLOSING = frozenset("”’）》〉」』】〕］｝)]}»›，。、；：？！,.;:?!…—～·ー々％%")


class LinePrinter:
    """Text for a terminal, wrapped at word ends as it comes, or for a pipe, a paragraph a line."""

    def __init__(self, out: TextIO, *, columns: int = 0) -> None:
        self._out = out
        self._columns = columns
        self._column = 0
        self._word = ""
        self._space = False
        self._streamed = False
        self.prompted = ""
        """The prompt that stands on this line before the reader's typing; empty without one."""

    @classmethod
    def of_stdout(cls) -> "LinePrinter":
        """The program's own output, wrapped if it is a terminal."""
        if not sys.stdout.isatty():
            return cls(sys.stdout)
        return cls(sys.stdout, columns=max(20, min(COLUMNS, shutil.get_terminal_size().columns - 1)))

    @property
    def amid(self) -> bool:
        """A line has begun and not ended."""
        return bool(self._column or self._word)

    def say(self, text: str = "") -> None:
        """Print whole lines."""
        self.finish()
        self.stream(clean(text) + "\n")
        self._streamed = False

    def prompt(self, text: str) -> None:
        """Print what stands before the reader's typing; on a terminal alone."""
        self.prompted = text
        self.echo(text)

    def echo(self, text: str) -> None:
        """Show the reader's typing as it is; on a terminal alone."""
        if self._columns:
            self._out.write(text)
        self._out.flush()

    def stream(self, piece: str) -> None:
        """Print more of a passage: each word as soon as it is whole; to a pipe, each line."""
        self._streamed = self._streamed or bool(piece.strip())
        self.prompted = ""
        for char in piece:
            if char == "\n":
                self._put_word()
                self._out.write("\n")
                self._column, self._space = 0, False
            elif char.isspace():
                self._put_word()
                self._space = self._column > 0
            else:
                if self._columns and self._may_break_before(char):
                    self._put_word()
                self._word += char
        if self._columns or piece.endswith("\n"):
            self._out.flush()

    def finish(self) -> None:
        """End the line that has begun, if one has."""
        if self.amid:
            self.stream("\n")

    def start_over(self) -> bool:
        """Forget the passage so far. Returns whether any of it had been printed."""
        printed, self._streamed = self._streamed, False
        self.finish()
        return printed

    def _may_break_before(self, char: str) -> bool:
        """In scripts without spaces any character may begin a line, but for closing signs, and any end one but opening
        ones (JIS X 4051, GB/T 15834)."""
        last = self._word[-1:]
        if not last or char in _CLOSING or last in _OPENING or unicodedata.combining(char):
            return False
        return columns_of(char) == 2 or columns_of(last) == 2

    def _put_word(self) -> None:
        word, self._word = self._word, ""
        if not word:
            return
        width = sum(map(columns_of, word))
        if self._columns and self._column and self._column + self._space + width > self._columns:
            self._out.write("\n")
            self._column, self._space = 0, False
        self._out.write(" " + word if self._space else word)
        self._column += width + self._space
        self._space = False


def columns_of(char: str) -> int:
    """How many columns of a terminal a character takes."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
