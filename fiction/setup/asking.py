"""From the settings of a server to how it is asked: its address, or the child that has to be started first."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fiction.config import OPENAI, ServerPart
from fiction.llm.server import Sampling, ServerSettings
from fiction.setup.children import Children
from fiction.setup.runners import ChildSpec

_TEMPERATURE = 0.8


@dataclass(frozen=True, slots=True)
class Asked:
    """A server to ask, and how to start it."""

    server: ServerSettings
    starting: Callable[[], Awaitable[None]] | None = None
    """Starts a server that the game runs itself, or raises StorytellerError; None for other servers."""
    log: str = ""
    """Path of that server's log; empty for other servers."""


def asked(part: ServerPart, children: Children) -> Asked:
    """The server that the settings mean. Nothing is started yet.

    Raises:
        SettingsError: the address makes no sense, or no model is named.
    """
    temperature = _TEMPERATURE if part.temperature is None else part.temperature
    sampling = Sampling(
        temperature=temperature,
        top_p=part.top_p,
        top_k=part.top_k,
        min_p=part.min_p,
        frequency_penalty=part.frequency_penalty,
        presence_penalty=part.presence_penalty,
    )
    if part.run and part.model:
        child = children.child(wanted(part))
        server = ServerSettings(
            child.base_url, child.wanted.called, temperature=temperature, sampling=sampling, budget=part.budget
        )
        return Asked(server, child.up, str(child.log))
    server = ServerSettings(
        base_url=part.base_url or OPENAI,
        model=part.model,
        api_key=part.api_key.get_secret_value(),
        temperature=temperature,
        context=part.context,
        budget=part.budget,
        sampling=sampling,
        slots=part.slots,
    )
    return Asked(server)


def wanted(part: ServerPart) -> ChildSpec:
    """The child server that these settings ask for."""
    return ChildSpec(part.run, part.model, max(part.context, part.budget), part.slots)


def both(telling: Asked, noting: Asked | None) -> Callable[[], Awaitable[None]] | None:
    """Starts every server that one storyteller asks; None where none has to be started."""
    needed = [each.starting for each in (telling, noting) if each is not None and each.starting is not None]

    async def start() -> None:
        for starting in needed:
            await starting()

    return start if needed else None
