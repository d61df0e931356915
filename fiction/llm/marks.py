"""Removes our own fence marks from a reply: small models copy them from the prompt.

A prompt fences foreign texts as `[m1a2b3c]` and `[/m1a2b3c]`. Whole or partial copies are removed, however the stream
is cut into pieces.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_OPEN = r"[\[<({] ?\\?/? ?"
_CLOSE = r"(?: ?[\])>}])?"
_NO_LETTER_BEFORE, _NO_LETTER_AFTER = r"(?<![0-9a-z])", r"(?![0-9a-z])"
_ANY_MARK = (
    rf"\[ ?\\?/ ?m[0-9a-f]{{0,9}}{_CLOSE}",
    r"\[ ?m(?=[a-f]*[0-9])[0-9a-f]{3,9} ?\]",
)
"""A closing mark, begun or whole; an opening mark with a digit in it, which no word in brackets has."""
_ANY_BEGINNING = re.compile(rf"{_OPEN}(?:m?[0-9a-f]{{0,9}})(?: ?[\])>}}]?)?|[\[<({{] ?\\?", re.IGNORECASE)
_UNFINISHED = re.compile(r"\[ ?\\?/?\s*\Z")
"""The beginning of a mark at the end of a reply."""
_LONGEST = 16
"""Characters of a mark with its brackets, with some to spare."""
_SURE, _SURE_IN_BRACKETS = 4, 2
"""Characters of a partial mark that are no chance: bare, and after a bracket."""
_SURE_WITHOUT_FIGURE = 5


class MarkFilter:
    """One reply while it streams: `feed` its pieces, then `close`."""

    def __init__(self, mark: str) -> None:
        """`mark` is this prompt's; marks of other prompts are recognised by their form."""
        self._mark = mark.casefold()
        self._pattern = _pattern(self._mark)
        self._before = ""
        """The last character already decided."""
        self._held = ""
        """Undecided text: perhaps the beginning of a mark."""

    def feed(self, piece: str) -> str:
        """The text that is surely no mark."""
        self._held += piece
        return self._take(final=False)

    def close(self) -> str:
        """The rest; call once at the end."""
        return self._take(final=True)

    def _take(self, *, final: bool) -> str:
        text, at = self._before + self._held, len(self._before)
        kept: list[str] = []
        for found in self._pattern.finditer(text, at):
            if not final and not text[found.end() :].strip(" "):
                break  # a bracket that closes it may follow
            kept.append(text[at : found.start()])
            at = found.end()
        end = len(text) if final else self._decided(text, at)
        kept.append(text[at:end])
        self._before, self._held = text[end - 1 : end] if end else "", text[end:]
        return "".join(kept)

    def _decided(self, text: str, at: int) -> int:
        """The end of the text in which no unfinished mark can begin."""
        pending = self._pattern.search(text, at)
        first = min(max(at, len(text) - _LONGEST), pending.start() if pending else len(text))
        return next((start for start in range(first, len(text)) if self._may_begin(text, start)), len(text))

    def _may_begin(self, text: str, start: int) -> bool:
        rest = text[start:].casefold()
        if _ANY_BEGINNING.fullmatch(rest) or self._pattern.match(text, start):
            return True
        if not self._mark:
            return False
        after_letter = start > 0 and text[start - 1].isalnum()
        return self._mark.startswith(rest) or (not after_letter and rest in self._mark)


def without_marks(text: str, mark: str = "") -> str:
    """A whole text without our marks."""
    if not mark and "[" not in text:
        return text
    cleaner = MarkFilter(mark)
    return cleaner.feed(text) + cleaner.close()


@lru_cache(maxsize=64)
def _pattern(mark: str) -> re.Pattern[str]:
    """Everything that is removed; with the spaces after it where a space stands before it too."""
    forms = "|".join((*_forms_of(mark), *_ANY_MARK)) if mark else "|".join(_ANY_MARK)
    whole = rf"(?:\A|(?<=\s))(?:{forms})[ \t]*|(?:{forms})|{_UNFINISHED.pattern}"
    return re.compile(whole, re.IGNORECASE)


def _forms_of(mark: str) -> tuple[str, ...]:
    """Patterns for a prompt's own mark, whole and partial."""
    beginnings = [mark[:size] for size in range(len(mark) - 1, 0, -1)]
    after_bracket = _either(part for part in beginnings if _is_sure(part, _SURE_IN_BRACKETS))
    bare = _either(part for part in beginnings if _is_sure(part, _SURE))
    ends = _either(mark[-size:] for size in range(len(mark) - 1, _SURE - 1, -1))
    first = _either(mark[-size:] for size in range(len(mark) - 1, _SURE_IN_BRACKETS - 1, -1))
    return (
        rf"{_OPEN}{mark}{_CLOSE}",
        rf"{mark}\]?",
        rf"\[ ?\\?/? ?{after_bracket}{_NO_LETTER_AFTER}{_CLOSE}",
        rf"{_NO_LETTER_BEFORE}{bare}{_NO_LETTER_AFTER}\]?",
        rf"{_NO_LETTER_BEFORE}{ends}\]",
        rf"\A{first}\]",
    )


def _is_sure(part: str, least: int) -> bool:
    figure = any(char.isdigit() for char in part)
    return len(part) >= (least if figure else max(least, _SURE_WITHOUT_FIGURE))


def _either(parts: Iterable[str]) -> str:
    """A pattern for any of the parts; without parts it never matches."""
    return f"(?:{'|'.join(parts) or '(?!)'})"
