"""What one piece of a streamed reply says, whatever shape the server gave it.

Servers keep to no schema: any key may be missing, null or of another type, so all are read as objects.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fiction.story.money import billed
from fiction.story.turn import Usage

_MOST_TOKENS = 10**12
_MOST_WORDS = 4_000
_FINISHES = {
    **dict.fromkeys(("max_tokens", "max_output_tokens", "model_length"), "length"),
    **dict.fromkeys(("safety", "prohibited_content", "blocklist", "recitation", "refusal"), "content_filter"),
}
"""What Anthropic's, Google's and Mistral's models say where OpenAI's say `length` or `content_filter`."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One piece."""

    text: str = ""
    reasoning: bool = False
    """It holds thinking, which is not part of the reply."""
    refusal: bool = False
    finish: str = ""
    """Why the reply ended; empty while it goes on."""
    usage: Usage | None = None
    billed: int | None = None
    """What the call has cost so far by the server's own bill, in millionths of a dollar; None where it does not say."""
    reasoned: int = 0
    """Tokens of the reply that were thinking, by the server's count."""
    error: str | None = None
    """The server's words, where the chunk is an error in disguise."""
    words: str = ""
    """All that the error says, codes and types included."""
    tool: bool = False
    """The model calls a tool, which it was not offered."""
    code: int = 0
    """The HTTP status that the error stands for; 0 where it names none."""


def read_chunk(chunk: object) -> Chunk:
    """A chunk as its JSON says it; some servers put `message` where `delta` should be. Total."""
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
    )


def read_completion(body: object) -> Chunk:
    """A whole reply from a server that does not stream although it was asked to. Total."""
    choice = _first(_get(body, "choices"))
    message = _get(choice, "message")
    return Chunk(
        text=_text(_get(message, "content")),
        reasoning=any(_get(message, name) for name in ("reasoning", "reasoning_content")),
        refusal=bool(_get(message, "refusal")),
        finish=_finish(_get(choice, "finish_reason")),
        usage=_usage(_get(body, "usage")),
        billed=_billed(_get(body, "usage")),
        reasoned=_reasoned(_get(body, "usage")),
        error=_error(body),
        words=str(_get(body, "error") or body)[:_MOST_WORDS],
        tool=bool(_get(message, "tool_calls") or _get(message, "function_call")),
        code=_code(body),
    )


def _finish(reason: object) -> str:
    """Why a reply ended, in OpenAI's words."""
    said = _string(reason)
    return _FINISHES.get(said.lower(), said)


def _error(chunk: object) -> str | None:
    """Old vLLM says `{"object": "error"}`; others put `error` where choices should be."""
    if _get(chunk, "object") == "error":
        return _string(_get(chunk, "message")) or "error"
    found = _get(chunk, "error")
    if not found and not _get(chunk, "choices"):
        found = _get(chunk, "detail")  # what FastAPI servers say
    if not found:
        return None
    return _string(found) or _string(_get(found, "message")) or "error"


def _code(chunk: object) -> int:
    found = _get(_get(chunk, "error"), "code") or _get(chunk, "code")
    return found if isinstance(found, int) else 0


def _get(thing: object, name: str) -> object:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


def _first(items: object) -> object:
    """The choice that was asked for: index 0, or one without an index."""
    found = items if isinstance(items, list) else []
    return next((item for item in found if _get(item, "index") in (0, None)), None)


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _text(content: object) -> str:
    """Content is a string, or a list of parts of which those of type text count."""
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
    """OpenRouter's `cost` is its own share alone where the reader's key at the provider is used."""
    cost = billed(_get(value, "cost"))
    if cost is None or _get(value, "is_byok") is not True:
        return cost
    upstream = billed(_get(_get(value, "cost_details"), "upstream_inference_cost"))
    return None if upstream is None else cost + upstream


def _reasoned(value: object) -> int:
    return _tokens(_get(_get(value, "completion_tokens_details"), "reasoning_tokens"))


def _tokens(count: object) -> int:
    """A count of tokens within what can be kept; 0 for what is none."""
    return min(max(0, count), _MOST_TOKENS) if isinstance(count, int) else 0
