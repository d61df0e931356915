"""An event loop whose clock stands still while the process is stopped, so that no time-out runs out meanwhile."""

import asyncio


class PausableLoop(asyncio.SelectorEventLoop):
    """The usual POSIX event loop with a pausable clock: a streaming reply outlives Ctrl+Z."""

    def __init__(self) -> None:
        super().__init__()
        self._paused = 0.0

    def time(self) -> float:
        """Seconds without pauses, from an arbitrary start."""
        return super().time() - self._paused

    def leave_out(self, seconds: float) -> None:
        """Exclude a pause of this length from the clock; call it on the loop, right after the pause."""
        self._paused += seconds
