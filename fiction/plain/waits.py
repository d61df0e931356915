"""Waiting that can be seen: a line now and then, at growing distances, and a wait that counts down."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import ceil
from typing import Protocol

from fiction.plain.line_printer import LinePrinter

FIRST = 30.0
"""Seconds of silence before the first line about it; each one after it comes when twice as many have passed."""
STEP = 10.0
"""Seconds between two lines of a countdown."""


class Clock(Protocol):
    """Time, as far as a face needs it."""

    def now(self) -> float:
        """Seconds since some moment."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let so much time pass."""
        ...


class WallClock:
    """The machine's own."""

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Let so much time pass."""
        await asyncio.sleep(seconds)


class Patience:
    """Says that something is still waited for; silent while it speaks."""

    def __init__(self, page: LinePrinter, clock: Clock) -> None:
        self._page = page
        self._clock = clock
        self._watch: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Wait from now on; nothing is said any more when this is left."""
        self.wait()
        try:
            yield
        finally:
            watch = self._watch
            self.hush()
            if watch is not None:
                await asyncio.gather(watch, return_exceptions=True)

    def wait(self) -> None:
        """A wait begins."""
        self.hush()
        self._watch = asyncio.create_task(self._tell(), name="waiting")

    def hush(self) -> None:
        """What was waited for is here: not a word into the middle of it."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    async def _tell(self) -> None:
        began, due = self._clock.now(), FIRST
        while True:
            await self._clock.sleep(began + due - self._clock.now())
            self._page.say(f"Still waiting ({span(due)}). Ctrl-C stops.")
            due *= 2


async def count_down(seconds: float, *, page: LinePrinter, clock: Clock) -> bool:
    """Wait so long, and say how long it still is. Returns True when it is over."""
    over = clock.now() + seconds
    while (left := over - clock.now()) > 0:
        page.say(f"Waiting: {span(left)} left. Ctrl-C stops.")
        await clock.sleep(min(STEP, left))
    return True


def span(seconds: float) -> str:
    """`12 s`, `3 min 5 s`."""
    whole = ceil(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60} s".removesuffix(" 0 s")
