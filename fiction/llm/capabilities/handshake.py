"""Asks a server about itself in the background, and updates its capabilities by the answer."""

import asyncio
import contextlib
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field

from fiction.llm.capabilities.capabilities import Capabilities, OutputMode
from fiction.llm.capabilities.presets import ServerKind, beginning
from fiction.llm.capabilities.probe import ProbeResult, survey
from fiction.llm.capabilities.reasoning_off import ReasoningOff
from fiction.llm.concurrency import RequestGate
from fiction.llm.server import ServerSettings

_ATTEMPTS = 3
"""Attempts with a server that does not answer."""
_NEAR_PATIENCE, _FAR_PATIENCE = 0.5, 3.0
"""Seconds that a turn waits for a server on this machine, and for an unknown one elsewhere."""
_SECONDS = 10.0
"""Seconds until the background task gives up."""


@dataclass(slots=True)
class Origin:
    """State shared by all models of one origin."""

    gate: RequestGate = field(default_factory=RequestGate)
    strange: bool = False
    """It answered, but none of the probes that only one kind of server understands."""


class Handshake:
    """The handshake with one server."""

    def __init__(self, server: ServerSettings, origin: Origin, *, remembered: bool) -> None:
        self._server = server
        self._origin = origin
        self._patience = _NEAR_PATIENCE if server.loopback else 0.0 if remembered else _FAR_PATIENCE
        self._left = _ATTEMPTS
        self._asking: asyncio.Task[None] | None = None

    async def make(self, learn: Callable[[ProbeResult], None]) -> None:
        """Ask, unless it has answered; `learn` gets the answer, perhaps after this returns. Never raises."""
        if self._asking is None or self._asking.done():
            if not self._left:
                return
            self._left -= 1
            self._asking = asyncio.create_task(self._ask(learn))
        await asyncio.wait({self._asking}, timeout=self._patience)

    def again(self) -> None:
        """Ask once more the next time."""
        self._left = max(1, self._left)

    async def close(self) -> None:
        """Stop asking. Idempotent."""
        asking, self._asking, self._left = self._asking, None, 0
        if asking is not None:
            asking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asking

    async def _ask(self, learn: Callable[[ProbeResult], None]) -> None:
        told = await survey(self._server, seconds=_SECONDS, strange=self._origin.strange)
        if told.answered:
            self._left = 0
            self._origin.strange = told.kind is ServerKind.UNKNOWN
            learn(told)


def acquainted(known: Capabilities, server: ServerSettings, told: ProbeResult) -> Capabilities:
    """Capabilities updated by a probe: another kind starts from its presets, another version retries lessons."""
    if told.kind is not ServerKind.UNKNOWN and known.kind != told.kind.value:
        known = _another(known, server, told.kind)
    if told.takes and known == beginning(told.kind, server):
        known = _by_list(known, told.takes)
    if told.version and known.version != told.version:
        known = dataclasses.replace(known.anew() if known.version else known, version=told.version)
    if not told.system_role:
        known = dataclasses.replace(known, system_role=False)
    if told.slots:
        known = dataclasses.replace(known, slots=told.slots)
    if told.price_as_of:
        known = dataclasses.replace(known, price=told.price, price_as_of=told.price_as_of)
    known = dataclasses.replace(known, strange=told.kind is ServerKind.UNKNOWN)
    return known.after_telling(_smaller(server.context, told.context))


def awaits_price(known: Capabilities) -> bool:
    """Whether the price of a service that lists prices was never asked: an old profile."""
    return known.kind == ServerKind.OPENROUTER.value and not known.price_as_of


def _another(known: Capabilities, server: ServerSettings, kind: ServerKind) -> Capabilities:
    """The presets of a kind; lessons from when the kind was unknown are kept."""
    if not known.kind and known != Capabilities.of(server):
        return dataclasses.replace(known, kind=kind.value)
    return beginning(kind, server)


def _by_list(begun: Capabilities, takes: frozenset[str]) -> Capabilities:
    """The presets adjusted to the model's list of parameters."""
    schema, some = "structured_outputs" in takes, "response_format" in takes
    rung = OutputMode.JSON_SCHEMA if schema else OutputMode.JSON_OBJECT if some else OutputMode.TEXT
    way = begun.quiet if "reasoning" in takes else ReasoningOff.LEFT
    return dataclasses.replace(begun, rung=rung, quiet=way)


def _smaller(*contexts: int) -> int:
    """The smallest known value; 0 where none is known."""
    return min((context for context in contexts if context), default=0)
