"""A world in the making: its progress, the time left, and the reader's wish to begin without it."""

import asyncio
import re
import time
from collections.abc import Callable

PARTS = (
    *("language", "title", "summary", "setting", "protagonist", "genre"),
    *("style", "characters", "places", "outline", "threads", "endings"),
)
"""The fields a storyteller is asked for, in this order."""
CHARACTERS = 7_000
"""About the length of a whole world."""
_KEY = re.compile(rf'"({"|".join(PARTS)})"\s*:')
_SOONEST = 5.0
"""Seconds of writing before the time left is estimated."""
_NEARLY = 0.97


class Making:
    """One world in the making. A storyteller reports the reply to it piece by piece; a face looks at it now and then.

    Use once.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.over = False
        """The reader does not wait any longer."""
        self._clock = clock
        self._began = clock()
        self._first: float | None = None
        """When the reply began."""
        self._heard = ""
        self._given_up = asyncio.Event()

    # --- for the storyteller ---

    def hear(self, piece: str) -> None:
        """Take in the next piece of the reply."""
        if self._first is None:
            self._first = self._clock()
        self._heard += piece

    def forget(self) -> None:
        """Start over: the reply is begun anew."""
        self._heard, self._first = "", None

    # --- for the face ---

    @property
    def parts(self) -> int:
        """How many of PARTS the reply has, the unfinished one included."""
        return len(set(_KEY.findall(self._heard)))

    @property
    def characters(self) -> int:
        """Length of the reply so far."""
        return len(self._heard)

    @property
    def seconds(self) -> float:
        """Seconds since the making began."""
        return self._clock() - self._began

    @property
    def left(self) -> float | None:
        """Estimated seconds left, at the speed so far; None before there is an estimate."""
        if self._first is None or not self._heard:
            return None
        taken = self._clock() - self._first
        if taken < _SOONEST:
            return None
        share = min(_NEARLY, max(len(self._heard) / CHARACTERS, (self.parts - 1) / len(PARTS)))
        return taken * (1 - share) / share if share > 0 else None

    def begin_without(self) -> None:
        """Wait no longer: the story begins with the reader's sentence alone."""
        self.over = True
        self._given_up.set()

    async def given_up(self) -> None:
        """Wait until the reader gives up waiting."""
        await self._given_up.wait()
