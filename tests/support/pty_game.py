"""The real game on a terminal of its own: keys in, bytes out, and the terminal as it is left."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")
_MODES = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_MOVES = re.compile(rb"\x1b\[(\d+;\d+)H")
_SHOWN = 25
"""The mode of the cursor, which is on in a terminal that nobody has touched."""
LIMIT = 20.0
"""Seconds that anything may take here."""


class PtyGame:
    """`fiction WORDS`, running on a pseudo-terminal. Leaving the block kills it."""

    def __init__(
        self,
        *words: str,
        size: tuple[int, int] = (100, 30),
        env: Mapping[str, str] | None = None,
        ignoring: tuple[signal.Signals, ...] = (),
    ) -> None:
        self.seen = b""
        """Everything that the game has written."""
        self._status: int | None = None
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            for number in ignoring:
                signal.signal(number, signal.SIG_IGN)
            os.environ.update({"TERM": "xterm-256color", **(env or {})})
            os.execv(sys.executable, [sys.executable, "-m", "fiction", *words])
        self.resize(*size)
        self._before = termios.tcgetattr(self.terminal)[3]

    def __enter__(self) -> "PtyGame":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.close_window()

    def resize(self, columns: int, lines: int) -> None:
        """Make the window so large."""
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def close_window(self) -> None:
        """Take the terminal away from the game."""
        if self.terminal >= 0:
            os.close(self.terminal)
            self.terminal = -1

    def type(self, typed: bytes) -> None:
        """Type or paste."""
        os.write(self.terminal, typed)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def text_since(self, start: int = 0) -> str:
        """What was written from there on, without escape sequences."""
        return _ESCAPES.sub(b"", self.seen[start:]).decode(errors="replace")

    def until(self, needle: str, *, since: int = 0) -> int:
        """Wait until it was written. Returns how much had been written by then."""
        self.wait(lambda: needle in self.text_since(since), f"{needle!r} to be written")
        return len(self.seen)

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Read what the game writes until something is so."""
        end = time.monotonic() + LIMIT
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"waited for {what}; the last of it: {self.text_since()[-400:]!r}")
            self._read(0.05)

    def pause(self, seconds: float) -> None:
        """Read for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    def exit_code(self) -> int:
        """Wait for its end. Its exit code; negative where a signal killed it."""
        self.wait(self._has_ended, "the end")
        self.pause(0.05)
        assert self._status is not None
        return os.waitstatus_to_exitcode(self._status)

    @property
    def stopped(self) -> bool:
        """Whether it is suspended just now."""
        return Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"

    def painted(self, since: int = 0) -> tuple[int, int]:
        """The last column and line that were written in since then."""
        lines, columns = 0, 0
        for move, text in zip(*[iter(_MOVES.split(self.seen[since:])[1:])] * 2, strict=True):
            line, _, column = move.partition(b";")
            plain = _ESCAPES.sub(b"", text).decode(errors="replace").rstrip("\r\n")
            lines, columns = max(lines, int(line)), max(columns, int(column) - 1 + len(plain))
        return columns, lines

    @property
    def modes(self) -> set[int]:
        """The private modes that the terminal has been left in, 25 (the cursor) aside, or -25 where it is hidden."""
        on = {_SHOWN: True}  # line wrap (7) is on in any terminal
        for modes, way in _MODES.findall(self.seen):
            for mode in modes.split(b";"):
                on[int(mode)] = way == b"h"
        shown = on.pop(_SHOWN)
        return {mode for mode, is_on in on.items() if is_on and mode != 7} | (set() if shown else {-_SHOWN})

    @property
    def edits_lines(self) -> bool:
        """Whether echo, line editing and signals of keys are as they were before."""
        mask = termios.ICANON | termios.ECHO | termios.ISIG
        return bool(termios.tcgetattr(self.terminal)[3] & mask == self._before & mask)

    def _has_ended(self) -> bool:
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = status if pid else None
        return self._status is not None

    def _read(self, patience: float) -> None:
        if self.terminal < 0:
            time.sleep(min(patience, 0.05))
        elif select.select([self.terminal], [], [], patience)[0]:
            try:
                self.seen += os.read(self.terminal, 65536)
            except OSError:
                time.sleep(min(patience, 0.02))  # the game has closed it
