"""The one sanitiser: what it lets through can drive no terminal, hide no text and break no encoding.

Every text that did not come from this source code passes it at the border: packs, saves, imports, a model's replies,
the reader's typing, names of files, messages of servers. Measured against Textual, which strips only BEL, BS, VT,
FF and CR: ESC and C1 would otherwise reach the terminal from every widget.
"""

import re
import unicodedata
from functools import lru_cache

_SEQUENCE = re.compile(
    r"(?:\x1b\]|\x9d)[^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)"  # OSC: titles, clipboard, links
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]{0,65536}(?:\x1b\\|\x9c)"  # DCS, SOS, PM, APC
    r"|(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]"  # CSI
    r"|\x1b[ -/]{1,4}[0-~]|\x1b[0-OQ-WYZ\\`-~]"  # charset and two-byte sequences
)
_UNFINISHED = re.compile(
    r"(?:(?:\x1b\]|\x9d)[^\x07\x1b\x9c]{0,4096}\x1b?"
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]{0,65536}\x1b?"
    r"|(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}"
    r"|\x1b[ -/]{0,4})\Z"
)
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SUSPECT = re.compile(r"[^\n\t\x20-\x7e\xa0-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e]")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS = frozenset("\u200c\u200d\u00ad")
_MAX_MARKS = 8
"""Combining marks on one character: enough for every script, too few to climb over other lines."""


@lru_cache(maxsize=4096)
def _passes(char: str) -> bool:
    if char in "\n\t" or char in _JOINERS:
        return True
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"} and char not in _BIDI


@lru_cache(maxsize=4096)
def _is_mark(char: str) -> bool:
    return char == "\u200d" or unicodedata.category(char) in {"Mn", "Me"}


def clean(text: str) -> str:
    """The text without escape sequences, control, invisible and direction-overriding characters.

    Line ends become `\\n`; tabs stay; joiners of emoji, Arabic and Indic scripts stay; combining marks are capped.
    Idempotent: `clean(clean(x)) == clean(x)`.
    """
    text = _LINE_ENDS.sub("\n", _SEQUENCE.sub("", text))
    if not _SUSPECT.search(text):
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        if not _passes(char):
            continue
        marks = marks + 1 if _is_mark(char) else 0
        if marks <= _MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def clean_line(text: str, *, limit: int = 200) -> str:
    """The same in one line of at most `limit` characters: for titles, labels, names and messages."""
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def first_dirty(text: str) -> str | None:
    """The first character that `clean` would take out, or None: for messages about files."""
    if (match := _SEQUENCE.search(text)) is not None:
        return match.group()[0]
    return next((char for char in text if not _passes(char) and char != "\r"), None)


class StreamCleaner:
    """Cleans text that arrives in pieces: an escape sequence split between two of them is still taken out."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """What of the text so far is safe to show now."""
        text = _SEQUENCE.sub("", self._held + piece)
        held = _UNFINISHED.search(text)
        if held is None and text.endswith("\r"):
            self._held, text = "\r", text[:-1]
        else:
            self._held = held.group() if held else ""
            text = text[: held.start()] if held else text
        return clean(text)

    def close(self) -> str:
        """The rest; call once at the end."""
        rest, self._held = self._held, ""
        return clean(rest)
