"""Removes a model's thinking from its reply while the reply streams."""

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
"""Opening and closing tags of models' thinking, in lower case.

The first kind counts anywhere; the others only at the beginning of a reply, since a story may hold such signs.
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
    """The text given out so far was thinking: a closing tag came whose opening tag stood in the prompt."""


class ThinkFilter:
    """Removes `<think>...</think>` from text that arrives in pieces; a tag may be split between pieces."""

    def __init__(self) -> None:
        self._held = ""
        self._inside = False
        self._begun = False
        """Some of the reply itself has come."""
        self.thought = False
        """Thinking with words in it was removed; some models only leave the tags."""

    def feed(self, piece: str) -> list[str | Void]:
        """The parts of the reply that are certain now, in order."""
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
        """The rest; call once at the end. Unclosed thinking is dropped."""
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
    """Number of characters at the end that may begin a tag."""
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
