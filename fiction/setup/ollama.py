"""Having Ollama download a model (`POST /api/pull`, docs/api.md of ollama/ollama: NDJSON, a line for each step)."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

from fiction.engine.setup import FoundServer, Pulling
from fiction.errors import FictionError
from fiction.text.sanitise import clean_line

if TYPE_CHECKING:
    import httpx2

_CONNECT_SECONDS = 5.0
_STALL_SECONDS = 120.0
"""Between two lines; Ollama says nothing while it checks a layer of many gigabytes."""
_MOST_LINE = 64 * 1024
_GO_ON = "What is here is kept: ask for it again to go on."


async def pull(server: FoundServer, model: str) -> AsyncGenerator[Pulling, None]:
    """Download a model; ends when all of it is there. Closing the generator stops it, another call goes on.

    Raises:
        FictionError: it can't be had, in one sentence.
    """
    import httpx2

    name = clean_line(model, limit=200).strip()
    layers = _Layers()
    whole = False
    timeout = httpx2.Timeout(_STALL_SECONDS, connect=_CONNECT_SECONDS)
    try:
        async with (
            httpx2.AsyncClient(trust_env=False, timeout=timeout) as client,
            client.stream("POST", _address(server), json={"model": name, "stream": True}) as reply,
            aclosing(_lines(reply)) as lines,
        ):
            async for line in lines:
                if said := line.get("error"):
                    raise _refused(name, str(said))
                whole = line.get("status") == "success"
                yield layers.after(line)
            if not whole:
                raise FictionError(_status(reply, name), hint=_GO_ON)
    except httpx2.ConnectError:
        raise FictionError("Ollama does not answer.", hint="Start it, and ask again.") from None
    except (httpx2.HTTPError, httpx2.StreamError) as error:
        stalled = isinstance(error, httpx2.TimeoutException)
        said = "stands still" if stalled else "broke off"
        raise FictionError(f"The download of {name} {said}.", hint=_GO_ON) from None


class _Layers:
    """A model comes in layers, one after the other; how far all of them are that Ollama has named."""

    def __init__(self) -> None:
        self._done: dict[str, int] = {}
        self._total: dict[str, int] = {}

    def after(self, line: dict[str, object]) -> Pulling:
        """How far it is with this line."""
        digest = line.get("digest")
        if isinstance(digest, str):
            total = _bytes(line.get("total"))
            self._total[digest] = total
            self._done[digest] = min(_bytes(line.get("completed")), total)
        status = clean_line(str(line.get("status", "")), limit=80)
        return Pulling(status, sum(self._done.values()), sum(self._total.values()))


async def _lines(reply: "httpx2.Response") -> AsyncGenerator[dict[str, object], None]:
    """Every line that is an object; bytes that are no lines at all are given up on."""
    rest = b""
    async with aclosing(reply.aiter_bytes()) as pieces:
        async for piece in pieces:
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                if (found := _object(line)) is not None:
                    yield found
            if len(rest) > _MOST_LINE:
                return
    if (found := _object(rest)) is not None:
        yield found


def _object(line: bytes) -> dict[str, object] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _refused(name: str, said: str) -> FictionError:
    words = said.lower()
    if "no space" in words or "not enough space" in words or "disk" in words:
        return FictionError(f"The disk is full: {name} does not fit on it.", hint=f"Make room. {_GO_ON}")
    if "file does not exist" in words or "not found" in words or "invalid model name" in words:
        return FictionError(f"Ollama knows no model named {name}.", hint="Its names are listed at ollama.com/library.")
    if "newer version" in words or "requires" in words:
        return FictionError(f"{name} wants a newer Ollama than the one here.", hint="Update Ollama, and ask again.")
    if any(word in words for word in ("dial tcp", "no such host", "timeout", "connection", "lookup", "network", "eof")):
        return FictionError(f"Ollama could not reach the place that {name} comes from.", hint=_GO_ON)
    return FictionError(f"Ollama could not fetch {name}: {clean_line(said, limit=200).rstrip('.')}.", hint=_GO_ON)


def _status(reply: "httpx2.Response", name: str) -> str:
    if reply.status_code == 404:
        return "What answers there is no Ollama: it fetches no models."
    if reply.status_code >= 400:
        return f"Ollama refused to fetch {name} (status {reply.status_code})."
    return f"The download of {name} broke off."


def _bytes(value: object) -> int:
    return max(0, value) if isinstance(value, int) else 0


def _address(server: FoundServer) -> str:
    return f"{server.base_url.removesuffix('/v1')}/api/pull"
