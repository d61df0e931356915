"""What all storytellers of one game share: a request gate for each server, and the saved profiles."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from fiction.engine.budget import Budget
from fiction.llm.capabilities.capabilities import Capabilities
from fiction.llm.capabilities.handshake import Origin
from fiction.llm.capabilities.profiles import Profiles
from fiction.llm.client import Client
from fiction.llm.server import ServerSettings


class Connections:
    """The clients of one game."""

    def __init__(self, profiles: Path | None = None) -> None:
        self._profiles = Profiles(profiles)
        self._origins: dict[str, Origin] = {}

    def client(
        self,
        server: ServerSettings,
        *,
        budget: Budget | None = None,
        starting: Callable[[], Awaitable[None]] | None = None,
        capabilities: Capabilities | None = None,
    ) -> Client:
        """A client for a server and model, starting from their saved profile.

        `budget` pays for every request; `starting` is awaited before the first one, and may raise
        StorytellerError; `capabilities` take precedence over the profile.
        """
        return Client(
            server,
            capabilities,
            origin=self._origins.setdefault(server.origin, Origin()),
            profiles=self._profiles,
            budget=budget,
            starting=starting,
        )
