"""The OpenAI SDK, imported on first use in a daemon thread: neither the screen nor the exit waits for it."""

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING

from fiction.storytellers.llm.server import ServerSettings

if TYPE_CHECKING:
    import openai

_imported = threading.Event()


def warm() -> None:
    """Import all that a call needs. Takes most of a second; call it off the event loop."""

    import fiction.storytellers.llm.notes  # noqa: F401

    _imported.set()


async def imported() -> None:
    """Come back when the SDK is imported, without holding up the loop meanwhile."""
    if _imported.is_set():
        return
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def work() -> None:
        error: BaseException | None = None
        try:
            warm()
        except BaseException as caught:  # noqa: BLE001 - handed to the one who waits
            error = caught
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, done, error)

    threading.Thread(target=work, name="import-openai", daemon=True).start()
    await done


def _settle(done: "asyncio.Future[None]", error: BaseException | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)


def connect(server: ServerSettings) -> "openai.AsyncOpenAI":
    """A client for this server alone: nothing is taken from the environment but proxies, and those not for loopback.

    No connection is kept alive to a server on this machine: llama-server drops 4 % of the reused ones, and a new one
    costs nothing there. Without TLS there is no certificate store to load, which takes 70 ms.
    """
    import httpx2
    import openai

    http = openai.DefaultAsyncHttpx2Client(
        verify=server.base_url.startswith("https:"),
        trust_env=not server.loopback,
        limits=httpx2.Limits(max_keepalive_connections=0 if server.loopback else 4),
    )
    return openai.AsyncOpenAI(
        base_url=server.base_url,
        api_key=server.api_key or "none",
        organization="",
        project="",
        max_retries=0,
        timeout=httpx2.Timeout(None, connect=server.connect_timeout, write=60.0),
        http_client=http,
    )
