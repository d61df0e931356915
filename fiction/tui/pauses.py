"""An event loop whose clock stands still while the game is stopped: no wait runs out in the meantime."""

import asyncio


class PausableLoop(asyncio.SelectorEventLoop):
    """The usual loop of POSIX systems. A reply that streams outlives a Ctrl+Z: its time-outs count waking time only."""

    def __init__(self) -> None:
        super().__init__()
        self._paused = 0.0

    def time(self) -> float:
        """Seconds that the game has been awake, from an arbitrary start."""
        return super().time() - self._paused

    def leave_out(self, seconds: float) -> None:
        """Take a stop of so many seconds out of the clock; call it on the loop, right after the stop."""
        self._paused += seconds
