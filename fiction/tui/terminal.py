"""The terminal under the screen on POSIX: bytes of any kind, its end, and a pause by Ctrl+Z.

Textual's own driver dies of bytes that are no UTF-8, spins on a terminal that is gone, and after a stop that it did not
make itself takes the game's own modes for those to go back to.
"""

import errno
import os
import select
import signal
import time
from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from fiction.tui.pauses import PausableLoop

if TYPE_CHECKING:
    from textual.app import App

_TICK = 0.1
"""Seconds between two looks at the clock: a lone Escape is told from a key by the time after it."""
_ONCE = 4096
_NOT_NOW = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR})


class Terminal(LinuxDriver):
    """Textual's driver with the terminal's whole life in it."""

    class Gone(Message):
        """The terminal was closed; nobody reads or types any more."""

    class Broken(Message):
        """The thread that reads the keys failed."""

        def __init__(self, error: Exception) -> None:
            super().__init__()
            self.error = error

    def __init__(
        self, app: "App[object]", *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._stopped = False
        self._is_gone = False
        if self._file is not None:
            self._file = _Paper(self._file, self._lost)  # type: ignore[assignment]  # its writer needs no more of a file
        # On the loop: a handler in the middle of a write would wait for its lock for ever.
        self._loop.add_signal_handler(signal.SIGTSTP, self._stop)
        self._loop.add_signal_handler(signal.SIGCONT, self._go_on)

    # --- what is typed ---

    def _run_input_thread(self) -> None:
        """Read until the end; a failure is told to the game, which ends with a report of it."""
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 - whatever it is, the terminal must come back
            self.send_message(self.Broken(error))

    def run_input_thread(self) -> None:
        """Read keys, pastes and answers of the terminal until the driver stops or the terminal is gone."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        while not self.exit_event.is_set():
            if select.select([self.fileno], [], [], _TICK)[0]:
                piece = _read(self.fileno)
                if not piece:
                    self._lost()
                    break
                text = decode(piece)
                for message in parser.feed(text) if text else ():
                    self.process_message(message)
            for message in parser.tick():
                self.process_message(message)

    def _lost(self) -> None:
        if not self._is_gone:
            self._is_gone = True
            self.send_message(self.Gone())

    # --- a pause ---

    def _stop(self) -> None:
        """Ctrl+Z or SIGTSTP: give the terminal back and stop, until somebody says `fg`."""
        if self._auto_restart and self._app.is_running:
            self.suspend_application_mode()
            self._stopped = self._must_signal_resume = True
        began = time.monotonic()
        os.kill(os.getpid(), signal.SIGSTOP)
        if isinstance(self._loop, PausableLoop):
            self._loop.leave_out(time.monotonic() - began)

    def _go_on(self) -> None:
        """SIGCONT: take the terminal again, after a stop by SIGSTOP too, which nobody was told of."""
        if not (self._auto_restart and self._app.is_running) or self._writer_thread is None:
            return
        if not self._stopped:
            self.suspend_application_mode()
        self.resume_application_mode()
        self._stopped = self._key_thread is None or not self._key_thread.is_alive()  # in the background it stops again
        self._app.refresh(layout=True)


class _Paper:
    """Where the screen is written to. A write to a terminal that is gone must not end the thread that writes."""

    def __init__(self, file: TextIO, lost: Callable[[], None]) -> None:
        self._file = file
        self._lost = lost

    def write(self, text: str) -> None:
        try:
            self._file.write(text)
        except OSError as error:
            self._excuse(error)

    def flush(self) -> None:
        try:
            self._file.flush()
        except OSError as error:
            self._excuse(error)

    def fileno(self) -> int:
        return self._file.fileno()

    def _excuse(self, error: OSError) -> None:
        if error.errno not in _NOT_NOW:
            self._lost()


def _read(fileno: int) -> bytes:
    """What has been typed; nothing at the end of the file, and where there is no terminal any more."""
    while True:
        try:
            return os.read(fileno, _ONCE)
        except BlockingIOError:
            select.select([fileno], [], [])
        except OSError:
            return b""
