"""Limits concurrent requests to a server to its slots, one by default; first come, first served.

Some servers kill the running stream when a second request comes; most others queue it. A slot is free again when its
holder closes it or is garbage-collected, so that nobody waits for ever.
"""

import asyncio
from collections import deque
from contextlib import suppress
from types import TracebackType


class Slot:
    """The right to make one request. Closing it twice is closing it once."""

    def __init__(self, gate: "RequestGate") -> None:
        self._gate: RequestGate | None = gate

    def close(self) -> None:
        """Free the slot for the longest waiter."""
        gate, self._gate = self._gate, None
        if gate is not None:
            gate._give_back()

    def __enter__(self) -> "Slot":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


class RequestGate:
    """The gate to one origin. `slots` may change at any time."""

    def __init__(self, slots: int = 1) -> None:
        self._slots = max(1, slots)
        self._taken = 0
        self._waiting: deque[asyncio.Future[Slot]] = deque()

    @property
    def slots(self) -> int:
        """Concurrent requests allowed."""
        return self._slots

    @slots.setter
    def slots(self, slots: int) -> None:
        self._slots = max(1, slots)
        self._admit()

    @property
    def taken(self) -> int:
        """Requests in flight."""
        return self._taken

    async def enter(self) -> Slot:
        """Wait for a slot. A wait that is cancelled leaves no trace."""
        if self._taken < self._slots:  # then nobody waits: `_admit` lets in all there is room for
            self._taken += 1
            return Slot(self)
        place: asyncio.Future[Slot] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            return await place
        except asyncio.CancelledError:
            with suppress(ValueError):
                self._waiting.remove(place)
            if place.done() and not place.cancelled():
                place.result().close()
            raise

    def _give_back(self) -> None:
        self._taken -= 1
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._taken < self._slots:
            place = self._waiting.popleft()
            if place.done() or place.get_loop().is_closed():
                continue
            self._taken += 1
            place.set_result(Slot(self))
