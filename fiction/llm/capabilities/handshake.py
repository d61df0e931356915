"""Getting to know a server: asked in the background, waited for a little; what it tells changes what is known."""

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
"""How often a server that does not answer is asked."""
_NEAR_PATIENCE, _FAR_PATIENCE = 0.5, 3.0
"""Seconds that a turn waits for the answer of a server on this machine, and of one elsewhere that nobody knows."""
_SECONDS = 10.0
"""Until no answer is waited for, in the background."""


@dataclass(slots=True)
class Origin:
    """What all models of one origin share."""

    gate: RequestGate = field(default_factory=RequestGate)
    strange: bool = False
    """It has answered, but none of the questions that only one kind of server understands."""


class Handshake:
    """The asking of one server."""

    def __init__(self, server: ServerSettings, origin: Origin, *, remembered: bool) -> None:
        self._server = server
        self._origin = origin
        self._patience = _NEAR_PATIENCE if server.loopback else 0.0 if remembered else _FAR_PATIENCE
        self._left = _ATTEMPTS
        self._asking: asyncio.Task[None] | None = None

    async def make(self, learn: Callable[[ProbeResult], None]) -> None:
        """Ask, unless it has answered; `learn` is given the answer, perhaps after this has returned. Never raises."""
        if self._asking is None or self._asking.done():
            if not self._left:
                return
            self._left -= 1
            self._asking = asyncio.create_task(self._ask(learn))
        await asyncio.wait({self._asking}, timeout=self._patience)

    def again(self) -> None:
        """Ask once more the next time: there may be more to tell."""
        self._left = max(1, self._left)

    async def close(self) -> None:
        """Ask no longer. Idempotent."""
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
    """With what the server told: another kind of server is begun with anew, another version tried anew."""
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
    """Whether a service that tells prices has not been asked for its price: profiles of before there were any."""
    return known.kind == ServerKind.OPENROUTER.value and not known.price_as_of


def _another(known: Capabilities, server: ServerSettings, kind: ServerKind) -> Capabilities:
    """What to begin with; but what was learned of a server whose kind nobody knew holds."""
    if not known.kind and known != Capabilities.of(server):
        return dataclasses.replace(known, kind=kind.value)
    return beginning(kind, server)


def _by_list(begun: Capabilities, takes: frozenset[str]) -> Capabilities:
    """With what a list of parameters says."""
    schema, some = "structured_outputs" in takes, "response_format" in takes
    rung = OutputMode.JSON_SCHEMA if schema else OutputMode.JSON_OBJECT if some else OutputMode.TEXT
    way = begun.quiet if "reasoning" in takes else ReasoningOff.LEFT
    return dataclasses.replace(begun, rung=rung, quiet=way)


def _smaller(*contexts: int) -> int:
    """The smaller of those that are known; 0 where none is."""
    return min((context for context in contexts if context), default=0)
