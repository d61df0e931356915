"""Downloads a world pack from a link into a temporary folder, completely or not at all."""

import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from fiction.errors import FictionError
from fiction.text.addresses import on_this_machine
from fiction.text.proxies import Proxy, UnusableProxy, proxy_for
from fiction.text.sanitise import clean_line

LARGEST = 32 << 20
"""Bytes of a zip; `packs` limits its content."""
SECONDS = 30.0
"""The longest wait for the server, also between two pieces."""


@contextmanager
def fetched(source: str) -> Iterator[Path]:
    """The source as a path; a link is downloaded to a file that exists during the block.

    Raises:
        FictionError: the download fails, or is too large.
    """
    try:
        parts = urlsplit(source)
        _ = parts.port  # raises ValueError for an invalid port
    except ValueError:
        raise FictionError("That is no link.", hint="Look at it again.") from None
    if parts.scheme not in ("http", "https"):
        yield Path(source)
        return
    if parts.scheme == "http" and not on_this_machine(parts.hostname or ""):
        raise FictionError("Worlds are fetched over https only.", hint="Use the https link.")
    with tempfile.TemporaryDirectory(prefix="fiction-") as folder:
        file = Path(folder) / "pack.zip"
        file.write_bytes(_read(source, parts.hostname or source))
        try:
            yield file
        except FictionError as error:
            raise FictionError(error.message.replace(str(file), clean_line(source)), hint=error.hint) from error


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Refuses redirects away from https."""

    def redirect_request(
        self, req: urllib.request.Request, fp: object, code: int, msg: str, headers: object, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(req.full_url).scheme == "https" and urlsplit(newurl).scheme != "https":
            raise FictionError("The link leads away from https.", hint="Ask its author for another one.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _read(link: str, host: str) -> bytes:
    request = urllib.request.Request(link, headers={"User-Agent": "fiction"})  # noqa: S310 - the scheme is http or https
    proxy = _proxy(link)
    through = urllib.request.ProxyHandler({urlsplit(link).scheme: proxy.url} if proxy else {})
    try:
        with urllib.request.build_opener(through, _SafeRedirects).open(request, timeout=SECONDS) as reply:
            raw: bytes = reply.read(LARGEST + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise FictionError(f"{clean_line(host)} answers {error.code} to this link.", hint="Look at the link.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        said = (reason.strerror if isinstance(reason, OSError) else None) or str(reason)
        way = f" through the proxy {proxy.address}, which {proxy.variable} names" if proxy else ""
        hint = f"{spoils} names nothing that can be used: mend it." if (spoils := _spoils(link)) else ""
        message = f"{clean_line(host)} could not be reached{way}: {clean_line(said).rstrip('.')}."
        raise FictionError(message, hint=hint) from None
    if len(raw) > LARGEST:
        raise FictionError(f"That is more than {LARGEST >> 20} MB, too much for a world.")
    return raw


def _proxy(link: str) -> Proxy | None:
    """The proxy for a link; a SOCKS proxy is refused, as the standard library can't use it."""
    try:
        proxy = proxy_for(link, urllib.request.getproxies(), os.environ)
    except UnusableProxy as error:
        raise FictionError(str(error), hint="Mend it, or name the link's host in NO_PROXY.") from None
    if proxy is not None and proxy.socks:
        hint = "Fetch the file with a browser and install it from there, or name the link's host in NO_PROXY."
        raise FictionError(f"{proxy.variable} names a SOCKS proxy, through which no worlds are fetched.", hint=hint)
    return proxy


def _spoils(link: str) -> str:
    """The variable that breaks every TLS connection, for a link over https."""
    from fiction.llm.transport import tls_variable

    return tls_variable() if link.startswith("https:") else ""
