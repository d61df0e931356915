"""Keeps a model's thinking out of its reply while the reply streams."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_NAMES = ("think", "thinking", "thought", "reasoning", "seed:think")
_TAGGED = tuple((f"<{name}>", f"</{name}>") for name in _NAMES)
_PAIRS = (
    *_TAGGED,
    ("[think]", "[/think]"),
    ("◁think▷", "◁/think▷"),
    ("<|channel>thought", "<channel|>"),
    ("<|channel|>analysis<|message|>", "<|channel|>final<|message|>"),
)
"""How models begin and end their thinking where no server takes it out, in small letters.

The first kind counts anywhere; the others only where a reply begins with them, for a story may hold such signs.
"""


def _any_of(tags: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, tags)), re.IGNORECASE)


_ALL = frozenset(tag for pair in _PAIRS for tag in pair)
_CLOSING = frozenset(closing for _, closing in _PAIRS)
_CLOSE = _any_of(_CLOSING)
_OPEN_FIRST = _any_of(opening for opening, _ in _PAIRS)
_TAG = _any_of(tag for pair in _TAGGED for tag in pair)
_BLANKS = re.compile(r"\s*")
_STARTS = frozenset(tag[0] for tag in _ALL)
_LONGEST = max(map(len, _ALL))


@dataclass(frozen=True, slots=True)
class Void:
    """What was given out so far was thinking, not reply: a closing tag came whose opening stood in the prompt."""


class ThinkFilter:
    """Takes `<think>...</think>` out of text that arrives in pieces; a tag may be split between two of them."""

    def __init__(self) -> None:
        self._held = ""
        self._inside = False
        self._begun = False
        """Something of the reply itself was there."""
        self.thought = False
        """Thinking was taken out that says anything; some models only leave its tags."""

    def feed(self, piece: str) -> list[str | Void]:
        """What of the reply is certain now, in order."""
        text = self._held + piece
        found: list[str | Void] = []
        at = 0
        while (match := self._next_tag(text, at)) is not None:
            closing, said = match.group().lower() in _CLOSING, text[at : match.start()].strip()
            self.thought = self.thought or (closing and bool(said or (self._begun and not self._inside)))
            if not self._inside:
                found.append(Void() if closing else text[at : match.start()])
                self._begun = not closing and (self._begun or bool(said))
            self._inside = not closing
            at = match.end()
        rest = text[at:]
        keep = _partial_tag(rest)
        certain, self._held = rest[: len(rest) - keep], rest[len(rest) - keep :]
        if not self._inside:
            found.append(certain)
            self._begun = self._begun or bool(certain.strip())
        elif certain.strip():
            self.thought = True
        return [part for part in found if part]

    def close(self) -> str:
        """The rest; call once at the end. Thinking that was never closed is not reply."""
        rest, self._held = self._held, ""
        self.thought = self.thought or (self._inside and bool(rest.strip()))
        return "" if self._inside else rest

    def _next_tag(self, text: str, at: int) -> re.Match[str] | None:
        if self._inside:
            return _CLOSE.search(text, at)
        blanks = _BLANKS.match(text, at)
        if not self._begun and blanks and (first := _OPEN_FIRST.match(text, blanks.end())) is not None:
            return first
        return _TAG.search(text, at)


def _partial_tag(text: str) -> int:
    """How many characters at the end may be the beginning of a tag."""
    tail = text[-_LONGEST + 1 :].lower()
    for at, character in enumerate(tail):
        if character in _STARTS and any(tag.startswith(tail[at:]) for tag in _ALL):
            return len(tail) - at
    return 0


def without_thinking(text: str) -> str:
    """A whole reply without its thinking."""
    filter_ = ThinkFilter()
    kept: list[str] = []
    for part in [*filter_.feed(text), filter_.close()]:
        if isinstance(part, Void):
            kept.clear()
        else:
            kept.append(part)
    return "".join(kept)
