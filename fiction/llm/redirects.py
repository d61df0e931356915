"""Redirects (RFC 9110, 15.4): followed only where the same request goes to the same origin; any other is an error.

301, 302 and 303 turn the request into a GET without its prompt. Another origin was never given the prompt or the key
by the reader. That holds for https on the same host too: each request would first travel in the clear, unnoticed, and
a client made for http checks no certificates. So the message names the new address, and the reader sets it.
"""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from fiction.errors import StorytellerError, Trouble
from fiction.llm.server import ServerSettings
from fiction.text import addresses
from fiction.text.sanitise import clean_line

if TYPE_CHECKING:
    import httpx2

MAX_HOPS = 3
_SAME_METHOD = (307, 308)
_ENDPOINT = re.compile(r"/(?:chat/completions|models)$")
_MAX_SHOWN = 200


def guard(server: ServerSettings) -> Callable[["httpx2.Response"], Awaitable[None]]:
    """A response hook that raises StorytellerError for each redirect that must not be followed."""

    async def check(response: "httpx2.Response") -> None:
        if not 300 <= response.status_code < 400:
            return
        here, location = str(response.request.url), response.headers.get("location", "")
        if response.status_code not in _SAME_METHOD or not _same_origin(here, location):
            raise moved(server, response.status_code, here, location)

    return check


def moved(server: ServerSettings, status: int, here: str, location: str) -> StorytellerError:
    """The server has moved, to the `location` it names for the request at `here`; either may be nonsense."""
    target = clean_line(addresses.without_secrets(_target(here, location)), limit=_MAX_SHOWN)
    if not target:
        message = f"{server.address} answers that it has moved (status {status}), but names no new address."
        return _trouble(message, "Check the address in the settings; trying again is of no use.")
    path, mark, _ = target.partition("?")
    address = _ENDPOINT.sub("", path) + (mark and "?…")
    hint = "Check the address in the settings (it often ends in /v1); trying again is of no use."
    if _ENDPOINT.search(path):
        hint = f"Set the address to {address} if you trust it; trying again is of no use."
    return _trouble(f"{server.address} answers that it has moved to {address}.", hint)


def endless(server: ServerSettings) -> StorytellerError:
    """More than MAX_HOPS redirects in a row."""
    message = f"{server.address} sends each request on to another of its own addresses, without end."
    return _trouble(message, "Check the address in the settings; trying again is of no use.")


def _same_origin(here: str, location: str) -> bool:
    target = _target(here, location)
    return bool(target) and addresses.origin(target) == addresses.origin(here)


def _target(here: str, location: str) -> str:
    """The absolute http or https URL that a `Location` means; empty for nonsense."""
    try:
        named = urlsplit(location.strip())
        target = urljoin(here, location.strip())
        addresses.origin(target)
    except ValueError:
        return ""
    broken = bool(named.scheme) and not named.netloc
    return "" if broken or not location.strip() or not target.startswith(("http://", "https://")) else target


def _trouble(message: str, hint: str) -> StorytellerError:
    return StorytellerError(message, trouble=Trouble.SERVER, hint=hint)
