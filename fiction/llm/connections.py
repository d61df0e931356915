"""What all storytellers of one game share about servers: a gate for each, and what was learned about them before."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from fiction.engine.budget import Budget
from fiction.llm.capabilities.capabilities import Capabilities
from fiction.llm.capabilities.handshake import Origin
from fiction.llm.capabilities.profiles import Profiles
from fiction.llm.client import Client
from fiction.llm.server import ServerSettings


class Connections:
    """One for a game."""

    def __init__(self, profiles: Path | None = None) -> None:
        self._profiles = Profiles(profiles)
        self._origins: dict[str, Origin] = {}

    def client(
        self,
        server: ServerSettings,
        *,
        purse: Budget | None = None,
        starting: Callable[[], Awaitable[None]] | None = None,
        capabilities: Capabilities | None = None,
    ) -> Client:
        """A client for a server and model, which begins with what is remembered of them.

        `purse` is paid for every request; `starting` is awaited before the first one, and may raise StorytellerError;
        `capabilities` go before what is remembered.
        """
        return Client(
            server,
            capabilities,
            origin=self._origins.setdefault(server.origin, Origin()),
            profiles=self._profiles,
            purse=purse,
            starting=starting,
        )
