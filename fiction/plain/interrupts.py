"""Ctrl-C: it stops what is being waited for, and nothing else."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from types import FrameType, TracebackType
from typing import TypeVar

_T = TypeVar("_T")


class Interrupts:
    """While entered, Ctrl-C cancels the work given to `stoppable` instead of ending the program."""

    def __init__(self) -> None:
        self.pressed = False
        """Ctrl-C came, and nobody has said `taken` since."""
        self._cancel: Callable[[], object] | None = None
        self._before: object = None

    def __enter__(self) -> "Interrupts":
        loop = asyncio.get_running_loop()

        def on_signal(_signal: int, _frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self.press)

        self._before = signal.signal(signal.SIGINT, on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if callable(self._before) or isinstance(self._before, int):
            signal.signal(signal.SIGINT, self._before)

    def press(self) -> None:
        """What Ctrl-C does."""
        self.pressed = True
        if self._cancel is not None:
            self._cancel()

    def taken(self) -> bool:
        """Whether Ctrl-C came; forgets it."""
        pressed, self.pressed = self.pressed, False
        return pressed

    async def stoppable(self, work: Coroutine[object, object, _T]) -> _T | None:
        """Wait for the work; None if Ctrl-C ended it."""
        task = asyncio.ensure_future(work)
        self._cancel = task.cancel
        try:
            return await task
        except asyncio.CancelledError:
            if not self.pressed:
                raise
            return None
        finally:
            self._cancel = None
