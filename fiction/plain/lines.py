"""Typed lines, read from a pipe or from a terminal that edits lines itself."""

import asyncio
import contextlib
import select
import sys
import threading
from collections.abc import Callable
from io import RawIOBase
from typing import Protocol

TOGETHER = 0.03
"""Seconds within which more bytes belong to those before them: a paste comes in pieces, keys of a hand do not."""
_LONGEST_LINE = 64 * 1024
"""Bytes of one typed line that are kept; the rest of it is read and dropped."""


class Lines(Protocol):
    """The source of typed lines."""

    async def next(self) -> str | None:
        """The next line without its end; None when there are no more."""
        ...


class Reads:
    """Blocking reads of one file, each begun only when asked for.

    A short-lived daemon thread reads: the loop goes on meanwhile, and a read that never returns holds no lock that
    could keep the program from ending. What a cancelled wait would have got is there for the next one.
    """

    def __init__(self, read: Callable[[], bytes]) -> None:
        """`read` waits for bytes and returns them; nothing, or an error of the file, is the end."""
        self._read = read
        self._arriving: asyncio.Future[bytes] | None = None

    async def next(self) -> bytes:
        """The next piece; empty at the end."""
        if self._arriving is None:
            self._arriving = self._begin()
        piece = await asyncio.shield(self._arriving)
        self._arriving = None
        return piece

    def _begin(self) -> "asyncio.Future[bytes]":
        loop = asyncio.get_running_loop()
        arrived: asyncio.Future[bytes] = loop.create_future()

        def read() -> None:
            try:
                piece = self._read()
            except (OSError, ValueError):
                piece = b""
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(arrived.set_result, piece)

        threading.Thread(target=read, name="typed lines", daemon=True).start()
        return arrived


class TypedLines:
    """The lines of a file. Each is an answer of its own; from a terminal, lines that come at once are one."""

    def __init__(self, raw: RawIOBase, *, encoding: str = "utf-8", together: bool = False) -> None:
        """`together` joins lines that come at once."""
        self._raw = raw
        self._encoding = encoding
        self._together = together
        self._buffer = bytearray()
        self._dropping = False
        self._at_end = False
        self._reads = Reads(self._read)

    @classmethod
    def of_stdin(cls) -> "TypedLines":
        """The lines of the program's own input."""
        raw = getattr(getattr(sys.stdin, "buffer", None), "raw", None)
        if not isinstance(raw, RawIOBase):
            return cls(_Nothing())
        return cls(raw, encoding=sys.stdin.encoding or "utf-8", together=raw.isatty())

    async def next(self) -> str | None:
        """The next line without its end; None when there are no more."""
        while b"\n" not in self._buffer and not self._at_end:
            self._take(await self._reads.next())
        split = self._buffer.rpartition if self._together else self._buffer.partition
        line, end, rest = split(b"\n")
        if not end:
            line, rest = self._buffer, bytearray()
            if not line:
                return None
        self._buffer = rest
        self._dropping = False
        text = line.decode(self._encoding, errors="replace")
        return " ".join(text.splitlines()) if self._together else text.rstrip("\r")

    def _read(self) -> bytes:
        piece = self._raw.read(4096) or b""
        while self._together and b"\n" in piece and len(piece) < _LONGEST_LINE and is_waiting(self._raw.fileno()):
            more = self._raw.read(4096)
            if not more:
                break
            piece += more
        return piece

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


def is_waiting(descriptor: int) -> bool:
    """Whether more bytes come at once; False where that can't be asked, as of a Windows console."""
    try:
        return bool(select.select([descriptor], [], [], TOGETHER)[0])
    except (OSError, ValueError):
        return False


class _Nothing(RawIOBase):
    """An input that has ended."""

    def read(self, size: int = -1) -> bytes:
        return b""
