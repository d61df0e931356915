"""Finds model servers on the usual ports of this machine, and where OLLAMA_HOST says."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from fiction.engine.setup import FoundServer
from fiction.llm.capabilities.presets import ServerKind, kind_by_owner
from fiction.llm.discovery.http_get import CONNECT_SECONDS, get
from fiction.llm.discovery.model_ranking import likeliest_first
from fiction.llm.discovery.ollama_host import OllamaHost, ollama_host
from fiction.llm.signs import SIGNS, kind_by_signs
from fiction.text.addresses import on_this_machine
from fiction.text.sanitise import clean_line

PORTS = {
    11434: "Ollama",
    1234: "LM Studio",
    8080: "llama.cpp",
    5001: "KoboldCpp",
    8000: "vLLM",
    1337: "Jan",
    5000: "TabbyAPI",
    9379: "LiteRT-LM",
    12434: "Docker Model Runner",
}
"""Default ports."""

REPLY_SECONDS = 1.0
_SIGN_SECONDS = 0.3
_FAR_SECONDS = 1.0
"""Seconds until a connection to another machine must be made."""
_MOST_MODELS = 500
_MOST_NAME = 200
_LOOPBACKS = ("127.0.0.1", "::1")
"""Some servers listen on the second alone; `localhost` means both."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A possible place of a server."""

    port: int
    host: str = "127.0.0.1"
    secure: bool = False
    path: str = ""

    @property
    def base_url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}{self.path}/v1"

    async def get(self, path: str, seconds: float) -> object:
        """The JSON of an answer with status 200; None for anything else."""
        connect = CONNECT_SECONDS if on_this_machine(self.host) else _FAR_SECONDS
        reply = await get(
            self.port, self.path + path, host=self.host, secure=self.secure, seconds=seconds, connect_seconds=connect
        )
        return reply.body if reply and reply.status == 200 else None


async def find_servers(
    ports: Mapping[int, str] | None = None, *, environment: Mapping[str, str] | None = None
) -> tuple[FoundServer, ...]:
    """Ask all ports of this machine at once; takes about 0.1 s, at most 1.5 s.

    The address in `OLLAMA_HOST` is asked as well, first and on whatever machine it is.
    """
    named = ollama_host(environment or {})
    first = _places(named) if named else ()
    asked = [(first, ServerKind.OLLAMA.value)]
    for port, guess in (PORTS if ports is None else ports).items():
        if _Place(port) not in first:
            asked.append((tuple(_Place(port, host) for host in _LOOPBACKS), guess))
    answers = await asyncio.gather(*(_first(places, guess) for places, guess in asked))
    return tuple(found for found in answers if found is not None)


def model_names(listed: object) -> tuple[str, ...] | None:
    """The names in a reply to `GET /v1/models`, as they came; None where it is no such list."""
    models = _models(listed)
    return tuple(name for name, _ in models) if models is not None else None


def _places(named: OllamaHost) -> tuple[_Place, ...]:
    """Possible places of Ollama: on this machine either loopback may be meant, the named one first."""
    secure, hosts = named.scheme == "https", (named.host,)
    if not named.host or (on_this_machine(named.host) and not secure):
        said = () if named.host in ("", "0.0.0.0", "::", "localhost") else (named.host,)  # noqa: S104 - compared
        hosts = tuple(dict.fromkeys((*said, *_LOOPBACKS)))
    return tuple(_Place(named.port, host, secure, named.path) for host in hosts)


async def _first(places: tuple[_Place, ...], guess: str) -> FoundServer | None:
    """The first place that answers; all are names of one server."""
    answers = await asyncio.gather(*(_ask(place, guess) for place in places))
    return next((found for found in answers if found is not None), None)


async def _ask(place: _Place, guess: str) -> FoundServer | None:
    listed, signs = await asyncio.gather(place.get("/v1/models", REPLY_SECONDS), _signs(place))
    models = _models(listed)
    if models is None:
        return None
    owner = next((kind for _, owner in models if (kind := kind_by_owner(owner))), ServerKind.UNKNOWN)
    names = (clean_line(name, limit=_MOST_NAME) for name, _ in models)
    return FoundServer(place.base_url, owner.value or signs.value or guess, likeliest_first(names))


async def _signs(place: _Place) -> ServerKind:
    """The server's kind by answers that only this kind gives."""
    replies = await asyncio.gather(*(place.get(path, _SIGN_SECONDS) for path in SIGNS))
    return kind_by_signs(dict(zip(SIGNS, replies, strict=True)))


def _models(listed: object) -> list[tuple[str, str]] | None:
    """Name and owner of each model; an Ollama without models lists null."""
    if not isinstance(listed, dict) or "data" not in listed:
        return None
    data = listed["data"] or []
    if not isinstance(data, list) or not all(isinstance(model, dict) and "id" in model for model in data):
        return None
    return [(str(model["id"]), str(model.get("owned_by", ""))) for model in data[:_MOST_MODELS]]
