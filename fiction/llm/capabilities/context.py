"""How many tokens a server's context holds: as told, as learned, as known of a big service, or as is likely."""

from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import urlsplit

from fiction.llm.capabilities.capabilities import Capabilities
from fiction.llm.server import ServerSettings

ON_LOOPBACK, ELSEWHERE = 8192, 32_768
"""Of a server nothing is known of, on this machine and elsewhere, until it refuses a prompt."""

AS_OF = "2026-11"
"""When the services' own pages said so."""
_SERVICES = (
    ("api.openai.com", "gpt-3.5", 16_385),
    ("api.openai.com", "gpt-4-", 8192),
    ("api.openai.com", "gpt-4o", 128_000),
    ("api.openai.com", "gpt-4.1", 1_047_576),
    ("api.openai.com", "gpt-5", 400_000),
    ("api.openai.com", "", 128_000),
    ("api.anthropic.com", "", 200_000),
    ("generativelanguage.googleapis.com", "", 1_048_576),
    ("api.mistral.ai", "", 128_000),
    ("api.deepseek.com", "", 64_000),
    ("api.x.ai", "", 131_072),
    ("api.groq.com", "", 131_072),
)
"""Host, beginning of the model's name, tokens: services that don't tell. The first that fits counts."""


class Source(Enum):
    """Where the number comes from."""

    TOLD = auto()
    """The server or the settings say so."""
    LEARNED = auto()
    """A prompt was refused."""
    SERVICE = auto()
    """It is known of the service."""
    ASSUMED = auto()


@dataclass(frozen=True, slots=True)
class ContextSize:
    """A server's context."""

    tokens: int
    source: Source


def context_of(known: Capabilities, server: ServerSettings) -> ContextSize:
    """The context to count on."""
    if known.context:
        return ContextSize(known.context, Source.TOLD if known.context == known.told else Source.LEARNED)
    listed = _listed(server)
    if listed:
        return ContextSize(listed, Source.SERVICE)
    return ContextSize(ON_LOOPBACK if server.loopback else ELSEWHERE, Source.ASSUMED)


def _listed(server: ServerSettings) -> int:
    """Of a service that is known not to tell; 0 for any other."""
    host = (urlsplit(server.base_url).hostname or "").casefold()
    model = server.model.casefold()
    return next((size for name, begins, size in _SERVICES if host == name and model.startswith(begins)), 0)
