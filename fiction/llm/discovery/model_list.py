"""The list of a server's models (`GET /v1/models`)."""

import asyncio
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fiction.errors import StorytellerError, Trouble
from fiction.llm import failures, redirects
from fiction.llm.discovery.local_servers import model_names
from fiction.llm.discovery.model_ranking import likeliest_first
from fiction.llm.server import ServerSettings
from fiction.llm.transport import http_client
from fiction.text.sanitise import clean_line

if TYPE_CHECKING:
    import httpx2

_SECONDS = 10.0
_CONNECT_SECONDS = 5.0
_MOST_BYTES = 8 << 20
_MOST_NAME = 200


async def list_models(server: ServerSettings, *, recommended: Sequence[str] = ()) -> tuple[str, ...]:
    """The server's models: the recommended ones first, then the likeliest to tell a story well.

    The key goes to the server's own origin alone.

    Raises:
        StorytellerError: it lists none, in one sentence.
    """
    import httpx2

    headers = {"Authorization": f"Bearer {server.api_key}"} if server.api_key else {}
    timeout = httpx2.Timeout(_SECONDS, connect=_CONNECT_SECONDS)
    try:
        async with (
            await asyncio.to_thread(http_client, server, timeout=timeout, headers=headers) as client,
            client.stream("GET", f"{server.base_url}/models") as reply,
        ):
            body = await _body(reply)
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
        if (of_proxy := failures.of_proxy(server, error)) is not None:
            raise of_proxy from None
        hint = "Start it, or check the address."
        raise _trouble(Trouble.UNREACHABLE, f"No server answers at {server.address}.", hint) from None
    except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, ValueError):
        raise _trouble(Trouble.SERVER, f"{server.address} gives no answer that makes sense.", "Try again.") from None
    if 300 <= reply.status_code < 400:
        raise redirects.moved(server, reply.status_code, str(reply.url), reply.headers.get("location", ""))
    if reply.status_code != 200:
        raise _refused(server, reply.status_code)
    names = model_names(_read(body))
    if names is None:
        hint = "Check the address: it often ends in /v1."
        raise _trouble(Trouble.SERVER, f"{server.address} lists no models.", hint)
    clean = (clean_line(name, limit=_MOST_NAME) for name in names)
    return likeliest_first(clean, recommended=recommended)


async def _body(reply: "httpx2.Response") -> bytes:
    body = b""
    async for piece in reply.aiter_bytes():
        body += piece
        if len(body) > _MOST_BYTES:
            break
    return body


def _read(body: bytes) -> object:
    try:
        read: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return read


def _refused(server: ServerSettings, status: int) -> StorytellerError:
    where = server.address
    if status in (401, 403):
        verb = "refuses the key" if server.api_key else "wants a key"
        return _trouble(Trouble.KEY, f"{where} {verb}.", "Paste the key for this server.")
    if status in (404, 405):
        return _trouble(Trouble.MODEL, f"{where} lists no models.", "Check the address: it often ends in /v1.")
    return _trouble(Trouble.SERVER, f"{where} answers with status {status}.", "Try again later.")


def _trouble(trouble: Trouble, message: str, hint: str) -> StorytellerError:
    return StorytellerError(message, trouble=trouble, hint=hint)
