"""The OpenAI SDK, imported on first use in a daemon thread: neither the screen nor the exit waits for it."""

import asyncio
import contextlib
import importlib
import threading
from typing import TYPE_CHECKING

from fiction.errors import StorytellerError
from fiction.llm.server import ServerSettings
from fiction.llm.transport import http_client, not_made

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletionChunk

_WARMED = (
    "openai.resources.chat.completions",
    "fiction.llm.structured_output",
)
_MAX_IDLE_CONNECTIONS = 4
_WRITE_TIMEOUT = 60.0
_LETTING_GO = 0.5
"""Seconds to wait for a closed connection's generators."""


def warm() -> None:
    """Import everything a call needs. Takes most of a second; call it off the event loop."""
    for module in _WARMED:
        importlib.import_module(module)


async def connected(server: ServerSettings) -> "openai.AsyncOpenAI":
    """A client for the server, made in a thread so as not to block the loop. Raises StorytellerError."""
    loop = asyncio.get_running_loop()
    made: asyncio.Future[openai.AsyncOpenAI] = loop.create_future()

    def settle(client: "openai.AsyncOpenAI | None", error: BaseException | None) -> None:
        if made.done():
            return
        if client is not None:
            made.set_result(client)
        else:
            made.set_exception(error or RuntimeError("no client"))

    def work() -> None:
        client: openai.AsyncOpenAI | None = None
        error: BaseException | None = None
        try:
            warm()
            client = _connect(server)
        except StorytellerError as caught:
            error = caught
        except Exception as caught:  # noqa: BLE001 - whatever the library lacks or does not take, the turn fails by it
            error = not_made(server, caught)
            error.__cause__ = caught
        except BaseException as caught:  # noqa: BLE001 - handed to the one who waits
            error = caught
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, client, error)

    threading.Thread(target=work, name="connect-openai", daemon=True).start()
    return await made


async def let_go(response: "openai.AsyncStream[ChatCompletionChunk]") -> None:
    """Close a reply's connection, and exhaust the SDK's half-read generators.

    Otherwise they end when collected, in any thread, with a complaint on stderr.
    """
    await response.close()
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_LETTING_GO):
            async for _ in response:
                pass


def _connect(server: ServerSettings) -> "openai.AsyncOpenAI":
    """A client for this server alone; of the environment only proxies count, and not for loopback.

    Connections to this machine are not kept alive: llama-server drops 4 % of reused ones, and new ones cost nothing.
    """
    import httpx2
    import openai

    timeout = httpx2.Timeout(None, connect=server.connect_timeout, write=_WRITE_TIMEOUT)
    http = http_client(
        server,
        timeout=timeout,
        limits=httpx2.Limits(max_keepalive_connections=0 if server.loopback else _MAX_IDLE_CONNECTIONS),
        redirects_at_origin=True,
    )
    client = openai.AsyncOpenAI(
        base_url=server.base_url,
        api_key=server.api_key or "none",
        organization="",
        project="",
        max_retries=0,
        timeout=timeout,
        http_client=http,
    )
    assert client.chat.completions is not None  # loaded lazily by the SDK; 27 ms that the loop need not wait for
    return client
