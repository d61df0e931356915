"""A world pack from a link: fetched whole into a folder that goes away again, or not at all."""

import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from fiction.errors import FictionError
from fiction.text.sanitise import clean_line

LARGEST = 32 << 20
"""Bytes of a zip; what is in it is bounded by `packs` once more."""
SECONDS = 30.0
"""That a server may take between two pieces."""
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@contextmanager
def fetched(source: str) -> Iterator[Path]:
    """The source as a path; a link is downloaded for as long as the block lasts.

    Raises:
        FictionError: there is nothing to be had there, or it is too large.
    """
    parts = urlsplit(source)
    if parts.scheme not in ("http", "https"):
        yield Path(source)
        return
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise FictionError("Worlds are fetched over https only.", hint="Use the https link.")
    with tempfile.TemporaryDirectory(prefix="fiction-") as folder:
        file = Path(folder) / "pack.zip"
        file.write_bytes(_read(source, parts.hostname or source))
        try:
            yield file
        except FictionError as error:
            raise FictionError(error.message.replace(str(file), clean_line(source)), hint=error.hint) from error


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect that leaves https."""

    def redirect_request(
        self, req: urllib.request.Request, fp: object, code: int, msg: str, headers: object, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(req.full_url).scheme == "https" and urlsplit(newurl).scheme != "https":
            raise FictionError("The link leads away from https.", hint="Ask its author for another one.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _read(link: str, host: str) -> bytes:
    request = urllib.request.Request(link, headers={"User-Agent": "fiction"})  # noqa: S310 - http and https alone come here
    try:
        with urllib.request.build_opener(_SafeRedirects).open(request, timeout=SECONDS) as reply:
            raw: bytes = reply.read(LARGEST + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise FictionError(f"{clean_line(host)} answers {error.code} to this link.", hint="Look at the link.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        said = (reason.strerror if isinstance(reason, OSError) else None) or str(reason)
        raise FictionError(f"{clean_line(host)} could not be reached: {clean_line(said)}.") from None
    if len(raw) > LARGEST:
        raise FictionError(f"That is more than {LARGEST >> 20} MB, too much for a world.")
    return raw
