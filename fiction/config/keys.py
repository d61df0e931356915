"""API keys for servers: a key is sent only to the origin for which it was set."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from fiction.config.settings import ServerPart, Settings
from fiction.text import addresses

OPENAI = "https://api.openai.com/v1"
"""The address if none is set."""

Origin = tuple[str, str, int]
"""Scheme, host and port."""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key."""

    secret: str = field(repr=False)
    origin: Origin
    source: str
    """The file or variable that holds it."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Settings with a key for each server."""

    settings: Settings
    sources: Mapping[str, str]
    """Sources of the keys in use, by setting."""
    withheld: str
    """A sentence if the default server gets none of the keys, else empty."""
    secrets: tuple[str, ...] = field(repr=False)
    """Every key, sent or not."""


def origin(address: str) -> Origin:
    """The origin of an address; an invalid address is an origin of its own, which matches no key."""
    try:
        return addresses.origin(address or OPENAI)
    except ValueError:
        return "", address, 0


def is_loopback(address: str) -> bool:
    """Whether an address is on this machine."""
    return addresses.on_this_machine(origin(address)[1])


def meant_for(part: ServerPart) -> Origin | None:
    """The origin of the key in these settings; None for a program run by the game."""
    return None if part.run else origin(part.base_url)


def choose(settings: Settings, environment: Mapping[str, str], *, own: Settings, file: str) -> Chosen:
    """Give each server the first key set for its origin. `own` are the settings from the file only."""
    found = _keys(settings, environment, own, file)
    sources: dict[str, str] = {}

    def keyed(part: ServerPart, name: str, candidates: tuple[Key, ...]) -> ServerPart:
        wanted = meant_for(part)
        key = next((key for key in candidates if key.origin == wanted), None)
        if key is not None:
            sources[name] = key.source
        return part.model_copy(update={"api_key": SecretStr(key.secret if key else "")})

    server = keyed(settings.server, "server.api_key", found)
    servers = {
        name: keyed(part, f"servers.{name}.api_key", (*_own(part, file), *found))
        for name, part in settings.servers.items()
    }
    changed = settings.model_copy(update={"server": server, "servers": servers})
    withheld = "" if "server.api_key" in sources else _withheld(settings.server, found)
    return Chosen(changed, sources, withheld, tuple(dict.fromkeys(key.secret for key in found)))


def _keys(settings: Settings, environment: Mapping[str, str], own: Settings, file: str) -> tuple[Key, ...]:
    """All keys, in order of precedence."""
    variables = (
        ("FICTION_API_KEY", settings.server.base_url),
        ("OPENAI_API_KEY", environment.get("OPENAI_BASE_URL", "").strip()),
    )
    named = tuple(
        Key(environment[name].strip(), origin(address), name)
        for name, address in variables
        if environment.get(name, "").strip()
    )
    return (*named, *(key for part in (own.server, *own.servers.values()) for key in _own(part, file)))


def _own(part: ServerPart, file: str) -> tuple[Key, ...]:
    secret = part.api_key.get_secret_value().strip()
    return (Key(secret, origin(part.base_url), file),) if secret else ()


def _withheld(part: ServerPart, found: tuple[Key, ...]) -> str:
    if not found:
        return ""
    where = origin(part.base_url)[1] if not part.run else f"a {part.run} that the game runs"
    return f"The key in {found[0].source} was not set for {where}, so it is not sent there."
