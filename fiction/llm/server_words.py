"""A server's words about an error: all of them, the sentence in them, and whether they are about key or quota."""

import json
import re
from typing import TYPE_CHECKING

from fiction.llm.chunks import said_in
from fiction.llm.server import ServerSettings
from fiction.text.sanitise import clean_line

if TYPE_CHECKING:
    import openai

_MAX_SHOWN = 160
"""Characters of a server's own words that a reader is shown."""
_SECRET = re.compile(r"\bsk-[\w-]{4,}|\bBearer\s+\S+|\b(?:api[_-]?key|token)[\"']?\s*[=:]\s*\S+", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,400}>")
_QUOTA = re.compile(
    r"insufficient[_ ]quota|insufficient (?:credits|balance|funds)|exceeded your current quota", re.IGNORECASE
)
_KEY = re.compile(
    r"not authenticated|unauthenticated|unauthori[sz]ed|authentication[ _](?:failed|required|error)|invalid_api_key"
    r"|(?:invalid|incorrect|missing|no|wrong|expired|provide an?) api[ _-]?key"
    r"|api[ _-]?key (?:not valid|not found|required|(?:is|was) (?:not|missing|invalid|required|expired))"
    r"|(?:invalid|missing|no|expired) (?:access|auth|bearer|authorization) ?(?:token|header)?"
    r"|credentials (?:were|are) not",
    re.IGNORECASE,
)
"""No pattern takes a bare `key` or `token`: those also stand in refusals of a schema."""


def plain_words(server: ServerSettings, text: str) -> str:
    """A server's words, fit to be shown: one short line without secrets, tags and control characters."""
    if len(server.api_key) >= 4:
        text = text.replace(server.api_key, "…")
    return clean_line(_SECRET.sub("…", _TAG.sub(" ", text[:4000])), limit=_MAX_SHOWN)


def words_of(error: "openai.APIError") -> str:
    """All that the server said about an error, as it said it: message, code and parameter."""
    body = _body(error)
    if isinstance(body, dict):
        nested = body.get("error")
        body = nested if isinstance(nested, dict) else body
        parts = (body.get(key) for key in ("message", "detail", "error", "code", "param", "type"))
        found = " ".join(part if isinstance(part, str) else json.dumps(part) for part in parts if part)
        if found:
            return found
    return body if isinstance(body, str) else error.message


def message_of(error: "openai.APIError") -> str:
    """The server's sentence alone."""
    body = _body(error)
    if isinstance(body, dict):
        return said_in(body.get("error")) or said_in(body)
    return body if isinstance(body, str) else error.message


def parameter_of(error: "openai.APIError") -> str:
    """The parameter that the server says is wrong; empty where it does not say."""
    return error.param if isinstance(error.param, str) else ""


def about_quota(words: str) -> bool:
    """Whether the server says that there is no money or quota left."""
    return _QUOTA.search(words) is not None


def about_key(words: str) -> bool:
    """Whether the server says that the key is missing or wrong."""
    return _KEY.search(words) is not None


def _body(error: "openai.APIError") -> object:
    """The body of the error; Google wraps its own in a list."""
    body: object = error.body
    return body[0] if isinstance(body, list) and len(body) == 1 else body
