"""The driver for POSIX terminals: survives invalid bytes, a closed terminal, and a pause by Ctrl+Z.

Textual's own driver crashes on bytes that are not UTF-8, spins on a closed terminal, and after SIGSTOP mistakes the
game's terminal modes for the original ones.
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
"""Seconds between two ticks of the parser, which tells a lone Escape from a key sequence by time."""
_ONCE = 4096
_NOT_NOW = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR})


class Terminal(LinuxDriver):
    """Textual's driver with a safe end and pause."""

    class Gone(Message):
        """The terminal was closed."""

    class Broken(Message):
        """The input thread failed."""

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
            self._file = _Output(self._file, self._lost)  # type: ignore[assignment]  # all of a file that Textual's writer uses
        # On the loop: a plain signal handler could interrupt a write and wait for its lock for ever.
        self._loop.add_signal_handler(signal.SIGTSTP, self._stop)
        self._loop.add_signal_handler(signal.SIGCONT, self._go_on)

    # --- input ---

    def _run_input_thread(self) -> None:
        """Read until the end; a failure is sent to the app, which exits with a report."""
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 - after any failure the terminal must be restored
            self.send_message(self.Broken(error))

    def run_input_thread(self) -> None:
        """Read keys, pastes and the terminal's answers until the driver stops or the terminal closes."""
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

    # --- pause ---

    def _stop(self) -> None:
        """Restore the terminal and stop until `fg`; called for Ctrl+Z and SIGTSTP."""
        if self._auto_restart and self._app.is_running:
            self.suspend_application_mode()
            self._stopped = self._must_signal_resume = True
        began = time.monotonic()
        os.kill(os.getpid(), signal.SIGSTOP)
        if isinstance(self._loop, PausableLoop):
            self._loop.leave_out(time.monotonic() - began)

    def _go_on(self) -> None:
        """Take the terminal again; called for SIGCONT, also after SIGSTOP, which gives no notice."""
        if not (self._auto_restart and self._app.is_running) or self._writer_thread is None:
            return
        if not self._stopped:
            self.suspend_application_mode()
        self.resume_application_mode()
        self._stopped = self._key_thread is None or not self._key_thread.is_alive()  # a background process stops again
        self._app.refresh(layout=True)


class _Output:
    """The output file of the screen. Writing to a closed terminal must not end the writer thread."""

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
    """Typed bytes; empty at the end of input and for a closed terminal."""
    while True:
        try:
            return os.read(fileno, _ONCE)
        except BlockingIOError:
            select.select([fileno], [], [])
        except OSError:
            return b""
