"""Signals that end the game: an orderly end first, a forced one if that takes too long."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from threading import Thread
from types import FrameType, TracebackType

_NAMES = ("SIGTERM", "SIGHUP", "SIGQUIT")
_PATIENCE = 8.0
"""Seconds for an orderly end; stopping a container kills after ten."""
_RESCUE = 1.0


class EndSignals:
    """While entered, SIGTERM, SIGHUP and SIGQUIT call `end` on the loop; ignored signals stay ignored."""

    def __init__(self, end: Callable[[], object], *, interrupt: bool = False) -> None:
        """`end` starts the orderly end; `interrupt` includes SIGINT."""
        self.end = end
        self.rescue: Callable[[], object] = lambda: None
        """Called before a forced end, in its own thread, for the most urgent cleaning up."""
        self.code = 0
        """Exit code: 128 plus the signal's number; 0 before a signal."""
        self._names = (*_NAMES, "SIGINT") if interrupt else _NAMES
        self._before: dict[int, Callable[[int, FrameType | None], object] | int] = {}

    def __enter__(self) -> "EndSignals":
        loop = asyncio.get_running_loop()

        def on_signal(number: int, _frame: FrameType | None) -> None:
            if not self.code:
                self.code = 128 + number
                Thread(target=self._watch, name="end", daemon=True).start()
                loop.call_soon_threadsafe(self.end)

        for name in self._names:
            number = getattr(signal, name, None)  # Windows lacks SIGHUP and SIGQUIT
            before = None if number is None else signal.getsignal(number)
            if number is not None and before is not None and before != signal.SIG_IGN:
                self._before[number] = before
                signal.signal(number, on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def _watch(self) -> None:
        time.sleep(_PATIENCE)
        rescuing = Thread(target=self.rescue, name="rescue", daemon=True)
        rescuing.start()
        rescuing.join(_RESCUE)
        os._exit(self.code)
