"""A server's failures as errors for the reader: one plain sentence each, without keys and markup.

The kinds were measured with openai 3.54 and the servers named in `capabilities.presets`.
"""

import os
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from fiction.errors import StorytellerError, Trouble
from fiction.llm import context_overflow, redirects
from fiction.llm.server import ServerSettings
from fiction.llm.server_words import about_key, about_quota, message_of, plain_words, words_of
from fiction.llm.transport import proxy_of
from fiction.text.proxies import SYSTEM
from fiction.text.sanitise import clean_line

if TYPE_CHECKING:
    import openai

OFFLINE_HINT = "Try again, or let the built-in storyteller tell this turn."

_REFUSED = frozenset({"ConnectError", "ConnectTimeout", "UnsupportedProtocol", "ProxyError", "TooManyRedirects"})
_TOO_MANY = (429, 529)
_MAX_WAIT = 3600.0
_LOADING_WAIT = 5.0
"""Seconds to wait for a server that loads its model."""


class TooLong(StorytellerError):
    """The prompt does not fit.

    `context` is the context size and `counted` the prompt's, both in tokens by the server's words; 0 where unknown.
    """

    def __init__(self, server: ServerSettings, *, context: int = 0, counted: int = 0) -> None:
        super().__init__(
            f"The story's prompt does not fit the context of {server.model} at {server.address}.",
            trouble=Trouble.TOO_LONG,
            hint="Give the model a larger context, or set a smaller budget for the story.",
        )
        self.context = context
        self.counted = counted


class Unsupported(Exception):
    """The server does not support the requested response format. Never leaves the storyteller."""


def too_long(server: ServerSettings, words: str) -> TooLong:
    """The error, with the numbers in the server's words."""
    return TooLong(server, context=context_overflow.context(words), counted=context_overflow.counted(words))


def of_status(server: ServerSettings, error: "openai.APIStatusError") -> StorytellerError:
    """The meaning of an HTTP status and the error's body."""
    said, wait = plain_words(server, message_of(error)), _wait(error)
    found = _of_code(server, error.status_code, words_of(error), said=said, wait=wait)
    message = f"{server.address} failed with status {error.status_code}{_because(said)}"
    return found or _trouble(Trouble.SERVER, message, OFFLINE_HINT)


def _of_code(
    server: ServerSettings, status: int, words: str, *, said: str, wait: float | None = None
) -> StorytellerError | None:
    """The meaning of an error's status and words; None for a failure of the server's own."""
    where, because = server.address, _because(said)
    if status not in _TOO_MANY and (context_overflow.is_meant(words) or status == 413):
        return too_long(server, words)
    if status == 402 or about_quota(words):
        return _trouble(Trouble.BUSY, f"There is no quota left at {where}{because}", "Look at your account there.")
    if status in (401, 403) or (status not in _TOO_MANY and status < 500 and about_key(words)):
        verb = "refuses the key" if server.api_key else "wants a key"
        return _trouble(Trouble.KEY, f"{where} {verb}{because}", "Set the key for this server in the settings.")
    match status:
        case 404:
            hint = "Check the model's name, and that the address is the server's own (it often ends in /v1)."
            return _trouble(Trouble.MODEL, f"{where} has no model {_named(server)}{because}", hint)
        case 429 | 529:
            return _busy(server, wait)
        case 503 if "loading" in words.lower():
            return _loading(server)
        case 503 if wait:
            return _busy(server, wait)
        case _:
            return None


def _because(said: str) -> str:
    return f": {said.rstrip('.')}." if said else "."


def of_connection(server: ServerSettings, error: Exception) -> StorytellerError:
    """Nobody answers, or the connection broke before an answer began."""
    if isinstance(error.__cause__, StorytellerError):
        return error.__cause__
    if type(error.__cause__).__name__ == "TooManyRedirects":
        return redirects.endless(server)
    cause = f"{error.__cause__ or ''} {error.__cause__.__cause__ if error.__cause__ else ''}".lower()
    return of_proxy(server, error.__cause__) or _of_cause(server, error, cause)


def of_proxy(server: ServerSettings, error: BaseException | None) -> StorytellerError | None:
    """The proxy does not answer, or does not lead to this server; None where it is not to blame."""
    proxy = proxy_of(server)
    if proxy is None:
        return None
    named = f"The proxy {proxy.address}, which {proxy.variable} name{'' if proxy.variable == SYSTEM else 's'},"
    hint = (
        f"Start it, mend {proxy.variable}, or name this host in NO_PROXY; the built-in storyteller can tell this turn."
    )
    match type(error).__name__:
        case "ConnectError" | "ConnectTimeout" if not _of_tls(error):
            return _trouble(
                Trouble.UNREACHABLE, f"{named} does not answer, so {server.address} can't be reached.", hint
            )
        case "ProxyError":
            return _trouble(Trouble.UNREACHABLE, f"{named} opens no way to {server.address}.", hint)
        case _:
            return None


def _of_tls(error: BaseException | None) -> bool:
    said = str(error).lower()
    return "certificate" in said or "ssl" in said


def _of_cause(server: ServerSettings, error: Exception, cause: str) -> StorytellerError:
    where = server.address
    if "certificate" in cause or "ssl" in cause:
        variable = next((name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)), "")
        which = f"{variable} names its certificate" if variable else "this machine has its certificates"
        hint = f"Check the address, and that {which}."
        return _trouble(Trouble.UNREACHABLE, f"There is no secure connection to {where} to be had.", hint)
    if "name or service" in cause or "getaddrinfo" in cause or "nodename" in cause or "name resolution" in cause:
        hint = "Check the address in the settings, and the network."
        return _trouble(Trouble.UNREACHABLE, f"There is no host {where} to be found.", hint)
    if is_refused(error):
        hint = "Start the server, or check its address; the built-in storyteller can tell this turn."
        return _trouble(Trouble.UNREACHABLE, f"No server answers at {where}.", hint)
    return _trouble(Trouble.UNREACHABLE, f"{where} closed the connection without an answer.", OFFLINE_HINT)


def is_refused(error: Exception) -> bool:
    """Whether the connection was never made, or led nowhere: retrying at once is of no use."""
    return isinstance(error.__cause__, StorytellerError) or type(error.__cause__).__name__ in _REFUSED


def of_words(server: ServerSettings, words: str, *, said: str = "", code: int = 0) -> StorytellerError:
    """An error in a reply's own body; `code` is the HTTP status it names, or 0."""
    shown = plain_words(server, said or words)
    return _of_code(server, code, words, said=shown) or server_failed(server, shown)


def of_text(server: ServerSettings, text: str) -> StorytellerError:
    """A body of status 200 that is neither events nor JSON."""
    if text.startswith("<"):
        return no_story(server, "a web page")
    said = plain_words(server, text)
    message = f"{server.address} answers with plain text, not with a story{_because(said)}"
    return _of_code(server, 0, text, said=said) or _trouble(Trouble.SERVER, message, OFFLINE_HINT)


def server_failed(server: ServerSettings, said: str) -> StorytellerError:
    """The server failed in its own way, with its own words."""
    because = _because(plain_words(server, said))
    return _trouble(Trouble.SERVER, f"{server.address} failed in the middle of its reply{because}", OFFLINE_HINT)


def no_story(server: ServerSettings, kind: str) -> StorytellerError:
    """A body of status 200 that is no reply of a model; `kind` names it for the reader."""
    hint = "Check the address in the settings: it often ends in /v1."
    return _trouble(Trouble.SERVER, f"{server.address} answers with {kind}, not with a story.", hint)


def cut_off(server: ServerSettings) -> StorytellerError:
    """The reply ended before its end."""
    return _trouble(Trouble.CUT_OFF, f"The reply from {server.address} broke off before its end.", OFFLINE_HINT)


def stalled(server: ServerSettings) -> StorytellerError:
    """The reply began, then nothing came for the stall time-out."""
    seconds = f"{server.stall_timeout:g} s"
    return _trouble(
        Trouble.STALLED,
        f"{server.address} stopped in the middle of its reply and sent nothing for {seconds}.",
        OFFLINE_HINT,
    )


def only_alive(server: ServerSettings, seconds: float) -> StorytellerError:
    """Comments came for so long, and no part of a reply."""
    span = f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:g} s"
    message = f"{server.address} sent nothing but signs of life for {span}."
    return _trouble(Trouble.STALLED, message, OFFLINE_HINT)


def empty(server: ServerSettings) -> StorytellerError:
    """The reply holds no story."""
    hint = "Try again; if it stays so, the model's context may be too small for the story's budget."
    return _trouble(Trouble.EMPTY, f"{server.model} at {server.address} sent an empty reply.", hint)


def only_thoughts(server: ServerSettings) -> StorytellerError:
    """The model only thought, or the server's parser took its whole reply for thinking."""
    hint = "If it stays so, switch the server's reasoning parser off, or give the model more room."
    return _trouble(Trouble.EMPTY, f"{server.model} at {server.address} wrote only thoughts, and no story.", hint)


def tool_called(server: ServerSettings) -> StorytellerError:
    """The model called a tool, though none was offered."""
    hint = "Try again; if it stays so, take another model, or switch the server's own tools off."
    return _trouble(Trouble.EMPTY, f"{server.model} at {server.address} called a tool instead of telling.", hint)


def notes_too_soon(server: ServerSettings) -> StorytellerError:
    """The model answered with its notes where a passage was asked for."""
    return _trouble(Trouble.EMPTY, f"{server.model} at {server.address} sent notes and no passage.", "Try again.")


def refused(server: ServerSettings) -> StorytellerError:
    """The model declined, or the server filtered what it wrote."""
    hint = "Choose another plan, or put yours in other words."
    return _trouble(Trouble.REFUSED, f"{server.model} at {server.address} declined to write this passage.", hint)


def _busy(server: ServerSettings, wait: float | None) -> StorytellerError:
    when = f"it asks to wait {wait:.0f} s" if wait is not None else "it asks to wait a little"
    message = f"{server.address} is asked too much just now; {when}."
    return StorytellerError(message, trouble=Trouble.BUSY, hint="Wait and try again.", wait=wait)


def _loading(server: ServerSettings) -> StorytellerError:
    message = f"{server.address} is still loading {clean_line(server.model, limit=60)}."
    return StorytellerError(message, trouble=Trouble.BUSY, hint="Wait and try again.", wait=_LOADING_WAIT)


def _wait(error: "openai.APIStatusError") -> float | None:
    """Seconds in `Retry-After`, a number or a date, where they make sense (RFC 9110, 10.2.3)."""
    said = error.response.headers.get("retry-after", "")
    try:
        seconds = float(said)
    except ValueError:
        seconds = _until(said)
    return min(seconds, _MAX_WAIT) if seconds >= 0 else None


def _until(date: str) -> float:
    """Seconds until a date of HTTP; negative where it is past or no date."""
    try:
        return parsedate_to_datetime(date).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return -1.0


def _named(server: ServerSettings) -> str:
    return f"named {clean_line(server.model, limit=60)}"


def _trouble(trouble: Trouble, message: str, hint: str) -> StorytellerError:
    return StorytellerError(message, trouble=trouble, hint=hint)
