"""Signals that end the game: it ends in order, and if it can't, it ends all the same."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from threading import Thread
from types import FrameType, TracebackType

_NAMES = ("SIGTERM", "SIGHUP", "SIGQUIT")
_PATIENCE = 8.0
"""Seconds for an orderly end: a container's stop kills after ten."""
_RESCUE = 1.0


class EndSignals:
    """While entered, SIGTERM, SIGHUP and SIGQUIT call `end` on the loop. A signal that was ignored stays ignored."""

    def __init__(self, end: Callable[[], object], *, interrupt: bool = False) -> None:
        """`end` begins the orderly end; `interrupt` takes SIGINT in too."""
        self.end = end
        self.rescue: Callable[[], object] = lambda: None
        """What must not be left undone where the orderly end takes too long; called on a thread of its own."""
        self.code = 0
        """Exit code, 128 and the signal's number; 0 as long as none has come."""
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
            number = getattr(signal, name, None)  # Windows has no SIGHUP and no SIGQUIT
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
