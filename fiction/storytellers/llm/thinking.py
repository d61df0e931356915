"""Keeps a model's thinking out of its reply while the reply streams."""

import re
from dataclasses import dataclass

_NAMES = "think|thinking|thought|reasoning"
_OPEN = re.compile(rf"<(?:{_NAMES})>", re.IGNORECASE)
_CLOSE = re.compile(rf"</(?:{_NAMES})>", re.IGNORECASE)
_TAGS = tuple(f"<{slash}{name}>" for name in _NAMES.split("|") for slash in ("", "/"))


@dataclass(frozen=True, slots=True)
class Void:
    """What was given out so far was thinking, not reply: a closing tag came whose opening stood in the prompt."""


class ThinkFilter:
    """Takes `<think>...</think>` out of text that arrives in pieces; a tag may be split between two of them."""

    def __init__(self) -> None:
        self._held = ""
        self._inside = False
        self.thought = False
        """Something was taken out."""

    def feed(self, piece: str) -> list[str | Void]:
        """What of the reply is certain now, in order."""
        text = self._held + piece
        found: list[str | Void] = []
        while (match := self._next_tag(text)) is not None:
            closing = match.group().startswith("</")
            if not self._inside:
                found.append(Void() if closing else text[: match.start()])
            self.thought = True
            self._inside = not closing
            text = text[match.end() :]
        keep = _partial_tag(text)
        self._held = text[len(text) - keep :]
        if not self._inside:
            found.append(text[: len(text) - keep])
        return [part for part in found if part]

    def close(self) -> str:
        """The rest; call once at the end. Thinking that was never closed is not reply."""
        rest, self._held = self._held, ""
        return "" if self._inside else rest

    def _next_tag(self, text: str) -> re.Match[str] | None:
        closing = _CLOSE.search(text)
        if self._inside:
            return closing
        opening = _OPEN.search(text)
        if opening and closing:
            return min(opening, closing, key=lambda match: match.start())
        return opening or closing


def _partial_tag(text: str) -> int:
    """How many characters at the end may be the beginning of a tag."""
    at = text.rfind("<", max(0, len(text) - max(map(len, _TAGS)) + 1))
    if at < 0:
        return 0
    tail = text[at:].lower()
    return len(tail) if any(tag.startswith(tail) for tag in _TAGS) else 0


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
