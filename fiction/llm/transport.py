"""The HTTP client for all requests to a server: its proxy, certificates, redirects and query.

Proxy and certificates are looked up here, not by httpx, so that an error can name the variable; an httpx client would
fail with whatever its parts raise, even for a proxy that is not on the way.
"""

import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import getproxies

from fiction.errors import StorytellerError, Trouble
from fiction.llm import redirects
from fiction.llm.server import ServerSettings
from fiction.text.proxies import Proxy, UnusableProxy, proxy_for

if TYPE_CHECKING:
    import httpx2

_PROXY_HINT = "Mend {variable}, or name this host in NO_PROXY; the built-in storyteller can tell this turn."
_TLS_HINT = "Mend {variable} or start the game without it; the built-in storyteller can tell this turn."


def http_client(
    server: ServerSettings,
    *,
    timeout: "httpx2.Timeout",
    limits: "httpx2.Limits | None" = None,
    headers: Mapping[str, str] | None = None,
    redirects_at_origin: bool = False,
) -> "httpx2.AsyncClient":
    """A client for this server alone, which sends the query of its address with each request. May take 70 ms.

    With `redirects_at_origin` it follows the redirects that `redirects.guard` lets pass, and its requests raise
    StorytellerError for the others; without, it follows none.

    Raises:
        StorytellerError: the environment's proxy or certificates can't be used; names the variable.
    """
    import httpx2

    proxy = proxy_of(server)
    secure = server.base_url.startswith("https:")
    to_proxy = proxy is not None and proxy.url.startswith("https:")
    context = _certificates(server) if secure or to_proxy else None
    try:
        through = httpx2.Proxy(proxy.url, ssl_context=context if to_proxy else None) if proxy else None
        return httpx2.AsyncClient(
            params=httpx2.QueryParams(server.query),
            headers=headers,
            verify=context or False,  # without TLS there is no certificate store to load
            trust_env=False,
            proxy=through,
            timeout=timeout,
            limits=limits or httpx2.Limits(),
            follow_redirects=redirects_at_origin,
            max_redirects=redirects.MAX_HOPS,
            event_hooks={"response": [redirects.guard(server)]} if redirects_at_origin else None,
        )
    except Exception as error:
        raise not_made(server, error, proxy) from error


def proxy_of(server: ServerSettings) -> Proxy | None:
    """The proxy on the way to a server. Raises StorytellerError for one that can't be used."""
    try:
        return proxy_for(server.base_url, getproxies(), os.environ)
    except UnusableProxy as error:
        variable = str(error).partition(" names ")[0]
        raise _unreachable(str(error), _PROXY_HINT.format(variable=variable)) from None


def not_made(server: ServerSettings, error: Exception, proxy: Proxy | None = None) -> StorytellerError:
    """The error for a client that could not be made: a library is missing, or refuses the settings."""
    if proxy is not None:
        said = f"{proxy.variable} names a proxy that can't be used ({type(error).__name__})."
        return _unreachable(said, _PROXY_HINT.format(variable=proxy.variable))
    hint = "`fiction doctor` says more; the built-in storyteller can tell this turn."
    return _unreachable(f"{server.address} can't be asked from here ({type(error).__name__}).", hint)


def tls_variable() -> str:
    """The environment variable that breaks every secure connection; empty where none does."""
    file, folder, log = (os.environ.get(name, "") for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"))
    if file and not _holds_certificates(file):
        return "SSL_CERT_FILE"
    if folder and not file and not Path(folder).is_dir():
        return "SSL_CERT_DIR"
    return "SSLKEYLOGFILE" if log and not _can_be_written(log) else ""


def _certificates(server: ServerSettings) -> ssl.SSLContext:
    import httpx2

    variable = tls_variable()
    if variable:
        what = {
            "SSL_CERT_FILE": "names no file of certificates",
            "SSL_CERT_DIR": "names no folder of certificates",
            "SSLKEYLOGFILE": "names a file that can't be written",
        }[variable]
        said = f"There is no secure connection to {server.address} to be had: {variable} {what}."
        raise _unreachable(said, _TLS_HINT.format(variable=variable))
    try:
        return httpx2.create_ssl_context()
    except Exception as error:
        raise not_made(server, error) from error


def _holds_certificates(file: str) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
    except (OSError, ValueError):
        return False
    return True


def _can_be_written(file: str) -> bool:
    try:
        with Path(file).open("ab"):
            return True
    except (OSError, ValueError):
        return False


def _unreachable(message: str, hint: str) -> StorytellerError:
    return StorytellerError(message, trouble=Trouble.UNREACHABLE, hint=hint)
