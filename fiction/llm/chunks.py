"""Reads one chunk of a reply, whatever shape the server gave it.

Servers keep to no schema: any key may be missing, null or of another type.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fiction.story.money import billed
from fiction.story.turn import Usage

_MOST_TOKENS = 10**12
_MOST_WORDS = 4_000
_MOST_SAID = 3
"""Of a list of errors, how many are told."""
_SENTENCES = ("message", "msg", "detail", "error", "title", "reason", "error_description", "error_message", "error_msg")
"""Names under which servers put the sentence of an error."""
_STATUS = re.compile(r"[45]\d\d")
_FINISHES = {
    **dict.fromkeys(("max_tokens", "max_output_tokens", "model_length"), "length"),
    **dict.fromkeys(("safety", "prohibited_content", "blocklist", "recitation", "refusal"), "content_filter"),
}
"""Finish reasons of Anthropic, Google and Mistral, and OpenAI's names for them."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk of a reply."""

    text: str = ""
    reasoning: bool = False
    """It holds thinking, which is not part of the reply."""
    refusal: bool = False
    finish: str = ""
    """Why the reply ended; empty while it goes on."""
    usage: Usage | None = None
    billed: int | None = None
    """Cost of the call so far by the server's own bill, in millionths of a dollar; None where it gives none."""
    reasoned: int = 0
    """Reasoning tokens of the reply, by the server's count."""
    error: str | None = None
    """The server's words, where the chunk is an error in disguise."""
    words: str = ""
    """All that the error says, codes and types included."""
    tool: bool = False
    """The model calls a tool, which it was not offered."""
    code: int = 0
    """The HTTP status that the error stands for; 0 where it names none."""
    formed: bool = False
    """It has choices, as every chunk of a reply has, if only an empty list."""
    aside: str = ""
    """What it says where it has no choices: an error where no reply comes, else news of a queue and the like."""


def read_chunk(chunk: object) -> Chunk:
    """A chunk, or a whole reply, as its JSON says it; whole ones have `message` where chunks have `delta`. Total."""
    if isinstance(chunk, list) and len(chunk) == 1:
        chunk = chunk[0]  # Google wraps its errors so
    choice = _first(_get(chunk, "choices"))
    delta = _get(choice, "delta") or _get(choice, "message")
    return Chunk(
        text=_text(_get(delta, "content")),
        reasoning=any(_get(delta, name) for name in ("reasoning", "reasoning_content", "reasoning_details")),
        refusal=bool(_get(delta, "refusal")),
        finish=_finish(_get(choice, "finish_reason")),
        usage=_usage(_get(chunk, "usage")),
        billed=_billed(_get(chunk, "usage")),
        reasoned=_reasoned(_get(chunk, "usage")),
        error=_error(chunk),
        words=str(_get(chunk, "error") or chunk)[:_MOST_WORDS],
        tool=bool(_get(delta, "tool_calls") or _get(delta, "function_call")),
        code=_code(chunk),
        formed=_get(chunk, "choices") is not None,
        aside=said_in(chunk) if _get(chunk, "choices") is None else "",
    )


def _finish(reason: object) -> str:
    """Why a reply ended, in OpenAI's words."""
    said = _string(reason)
    return _FINISHES.get(said.lower(), said)


def _error(chunk: object) -> str | None:
    """The words of an error in disguise. Old vLLM says `{"object": "error"}`, FastAPI servers say `detail`."""
    if isinstance(chunk, str):
        return chunk.strip() or None
    if _get(chunk, "object") == "error":
        return said_in(chunk) or "error"
    if found := _get(chunk, "error") or _get(chunk, "errors"):
        return said_in(found) or said_in(chunk) or "error"
    if _get(chunk, "choices"):
        return None
    return said_in(_get(chunk, "detail")) or None


def said_in(value: object, *, depth: int = 4) -> str:
    """The sentence in whatever form servers give an error; empty where there is none."""
    if isinstance(value, str):
        return value.strip()
    if depth and isinstance(value, list):
        return "; ".join(filter(None, (said_in(item, depth=depth - 1) for item in value[:_MOST_SAID])))
    if depth and isinstance(value, Mapping):
        return next((said for name in _SENTENCES if (said := said_in(value.get(name), depth=depth - 1))), "")
    return ""


def _code(chunk: object) -> int:
    """The HTTP status in an error: a number, or digits, under one of its names."""
    for place in (_get(chunk, "error"), chunk):
        for name in ("code", "status", "status_code", "statusCode"):
            found = _get(place, name)
            number = int(found) if isinstance(found, str) and _STATUS.fullmatch(found) else found
            if isinstance(number, int) and not isinstance(number, bool) and _STATUS.fullmatch(str(number)):
                return number
    return 0


def _get(thing: object, name: str) -> object:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


def _first(items: object) -> object:
    """The requested choice: index 0, or without an index."""
    found = items if isinstance(items, list) else []
    return next((item for item in found if _get(item, "index") in (0, None)), None)


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _text(content: object) -> str:
    """Content as text: a string, or the text parts of a list."""
    if isinstance(content, list):
        return "".join(_string(_get(part, "text")) for part in content if _get(part, "type") in (None, "text"))
    return _string(content)


def _usage(value: object) -> Usage | None:
    prompt, completion = _get(value, "prompt_tokens"), _get(value, "completion_tokens")
    if not isinstance(prompt, int) or not isinstance(completion, int):
        return None
    cached = _get(_get(value, "prompt_tokens_details"), "cached_tokens")
    return Usage(_tokens(prompt), _tokens(completion), _tokens(cached))


def _billed(value: object) -> int | None:
    """The bill; where the reader's own key at the provider is used, OpenRouter's `cost` is only its share of it."""
    cost = billed(_get(value, "cost"))
    if cost is None or _get(value, "is_byok") is not True:
        return cost
    upstream = billed(_get(_get(value, "cost_details"), "upstream_inference_cost"))
    return None if upstream is None else cost + upstream


def _reasoned(value: object) -> int:
    return _tokens(_get(_get(value, "completion_tokens_details"), "reasoning_tokens"))


def _tokens(count: object) -> int:
    """A token count within storable bounds; 0 for anything else."""
    return min(max(0, count), _MOST_TOKENS) if isinstance(count, int) else 0
