"""Lines in, lines out: what a face without a screen reads and writes."""

import asyncio
import contextlib
import shutil
import sys
import threading
import unicodedata
from io import RawIOBase
from typing import Protocol, TextIO

from fiction.text.sanitise import clean

COLUMNS = 72
"""The measure of prose on a terminal."""

_OPENING = frozenset("“‘（《〈「『【〔［｛([{«‹„‚")
_CLOSING = frozenset("”’）》〉」』】〕］｝)]}»›，。、；：？！,.;:?!…—～·ー々％%")

_LONGEST_LINE = 64 * 1024
"""Bytes of one typed line that are kept; the rest of it is read and dropped."""


class Lines(Protocol):
    """Where typed lines come from."""

    async def next(self) -> str | None:
        """The next line without its end; None when there are no more."""
        ...


class TypedLines:
    """The lines of a file descriptor, read only when asked for.

    Reading is done by a short-lived daemon thread on the unbuffered file: the loop goes on meanwhile, and a read that
    never returns holds no lock that could keep the program from ending.
    """

    def __init__(self, raw: RawIOBase, *, encoding: str = "utf-8") -> None:
        self._raw = raw
        self._encoding = encoding
        self._buffer = bytearray()
        self._dropping = False
        self._at_end = False
        self._arriving: asyncio.Future[bytes] | None = None

    @classmethod
    def of_stdin(cls) -> "TypedLines":
        """The lines of the program's own input."""
        raw = getattr(getattr(sys.stdin, "buffer", None), "raw", None)
        if not isinstance(raw, RawIOBase):
            return cls(_Nothing())
        return cls(raw, encoding=sys.stdin.encoding or "utf-8")

    async def next(self) -> str | None:
        """The next line without its end; None when there are no more."""
        while b"\n" not in self._buffer and not self._at_end:
            await self._read()
        line, end, rest = self._buffer.partition(b"\n")
        if not line and not end:
            return None
        self._buffer = rest
        self._dropping = False
        return line.decode(self._encoding, errors="replace").rstrip("\r")

    async def _read(self) -> None:
        """Take in what the read under way brings; if nobody waited for the last one to the end, that is it."""
        if self._arriving is None:
            self._arriving = self._begin_to_read()
        piece = await asyncio.shield(self._arriving)
        self._arriving = None
        self._take(piece)

    def _begin_to_read(self) -> "asyncio.Future[bytes]":
        loop = asyncio.get_running_loop()
        arrived: asyncio.Future[bytes] = loop.create_future()

        def read() -> None:
            try:
                piece = self._raw.read(4096) or b""
            except (OSError, ValueError):
                piece = b""
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(arrived.set_result, piece)

        threading.Thread(target=read, name="typed lines", daemon=True).start()
        return arrived

    def _take(self, piece: bytes) -> None:
        self._at_end = not piece
        if self._dropping:
            _, end, piece = piece.partition(b"\n")
            piece = end + piece
            self._dropping = not end
        self._buffer += piece
        if len(self._buffer) > _LONGEST_LINE and b"\n" not in self._buffer:
            del self._buffer[_LONGEST_LINE:]
            self._dropping = True


class _Nothing(RawIOBase):
    """An input that has ended."""

    def read(self, size: int = -1) -> bytes:
        return b""


class LinePrinter:
    """Text for a terminal, wrapped at word ends as it comes, or for a pipe, a paragraph a line."""

    def __init__(self, out: TextIO, *, columns: int = 0) -> None:
        self._out = out
        self._columns = columns
        self._column = 0
        self._word = ""
        self._space = False
        self._streamed = False

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
        if self._columns:
            self._out.write(text)
        self._out.flush()

    def stream(self, piece: str) -> None:
        """Print more of a passage: each word as soon as it is whole; to a pipe, each line."""
        self._streamed = self._streamed or bool(piece.strip())
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
        return _columns_of(char) == 2 or _columns_of(last) == 2

    def _put_word(self) -> None:
        word, self._word = self._word, ""
        if not word:
            return
        width = sum(map(_columns_of, word))
        if self._columns and self._column and self._column + self._space + width > self._columns:
            self._out.write("\n")
            self._column, self._space = 0, False
        self._out.write(" " + word if self._space else word)
        self._column += width + self._space
        self._space = False


def _columns_of(char: str) -> int:
    """How many columns of a terminal a character takes."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
