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
_OPEN, _CLOSE = _any_of(opening for opening, _ in _TAGGED), _any_of(_CLOSING)
_OPEN_FIRST = _any_of(opening for opening, _ in _PAIRS)
_UNOPENED = _any_of(closing for _, closing in _TAGGED)
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
        while (match := self._next_tag(text)) is not None:
            closing = match.group().lower() in _CLOSING
            if not self._inside:
                found.append(Void() if closing else text[: match.start()])
            self.thought = self.thought or (closing and bool(text[: match.start()].strip()))
            self._inside = not closing
            text = text[match.end() :]
            self._begun = self._begun or any(isinstance(part, str) and part.strip() for part in found)
        keep = _partial_tag(text)
        self._held = text[len(text) - keep :]
        if not self._inside:
            found.append(text[: len(text) - keep])
            self._begun = self._begun or bool(text[: len(text) - keep].strip())
        elif text.strip():
            self.thought = True
        return [part for part in found if part]

    def close(self) -> str:
        """The rest; call once at the end. Thinking that was never closed is not reply."""
        rest, self._held = self._held, ""
        return "" if self._inside else rest

    def _next_tag(self, text: str) -> re.Match[str] | None:
        if self._inside:
            return _CLOSE.search(text)
        if not self._begun and (first := _OPEN_FIRST.match(text, len(text) - len(text.lstrip()))) is not None:
            return first
        opening, closing = _OPEN.search(text), _UNOPENED.search(text)
        if opening and closing:
            return min(opening, closing, key=lambda match: match.start())
        return opening or closing


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
