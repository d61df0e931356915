"""The sanitiser: clean text can drive no terminal, hide no text and break no encoding.

Every text that did not come from this source code passes it at the border: packs, saves, imports, a model's replies,
the reader's typing, names of files, messages of servers. Measured against Textual, which strips only BEL, BS, VT,
FF and CR: ESC and C1 would otherwise reach the terminal from every widget.
"""

import re
import unicodedata
from functools import lru_cache

_STRING = r"(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])"
_OSC = r"(?:\x1b\]|\x9d)"
_BODY = r"[^\x07\x1b\x90\x98\x9b-\x9f]"
"""The body of a string sequence, up to its end or the start of another, so that no stretch is read twice."""
_CSI = r"(?:\x1b\[|\x9b)[0-?]{0,64}+[ -/]{0,8}+"
_SEQUENCE = re.compile(
    rf"{_OSC}{_BODY}{{0,4096}}+(?:\x07|\x1b\\|\x9c)"  # titles, clipboard, links
    rf"|{_STRING}(?:{_BODY}|\x07){{0,65536}}+(?:\x1b\\|\x9c)"  # DCS, SOS, PM, APC
    rf"|{_CSI}[@-~]"
    r"|\x1b[ -/]{1,4}+[0-~]|\x1b[0-OQ-WYZ\\`-~]"  # charset and two-byte sequences
)
_UNFINISHED = re.compile(
    rf"(?:{_OSC}{_BODY}{{0,4096}}+\x1b?+"
    rf"|{_STRING}(?:{_BODY}|\x07){{0,4096}}+\x1b?+"
    rf"|{_CSI}"
    r"|\x1b[ -/]{0,4}+)\Z"
)
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SUSPECT = re.compile(r"[^\n\t\x20-\x7e\xa0-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e]")
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane | 0xFFFE)}{chr(plane | 0xFFFF)}" for plane in range(0, 1 << 20, 1 << 16)
)
_OUT = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f"  # controls
    "\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # formats, bidi
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # tags, and what is kept for more of their kind
    "\\ud800-\\udfff\ue000-\uf8ff\U000f0000-\U0010ffff"  # surrogates, private use
    f"{_NONCHARACTERS}]"
)
"""Written out, because each Python has its own Unicode table: characters unknown to an older one are no controls."""
_MAX_MARKS = 8
"""Combining marks on one character: enough for every script, too few to climb over other lines."""
_PILE = re.compile("[\u0300-\U0010ffff]{%d,}" % (_MAX_MARKS + 1))  # noqa: UP031 - braces of a pattern


@lru_cache(maxsize=4096)
def _is_mark(char: str) -> bool:
    return char == "\u200d" or unicodedata.category(char) in {"Mn", "Me"}


def _capped(pile: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for char in pile.group():
        marks = marks + 1 if _is_mark(char) else 0
        if marks <= _MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def clean(text: str) -> str:
    """The text without escape sequences, control, invisible and direction-overriding characters.

    Line ends become `\\n`; tabs stay; joiners of emoji, Arabic and Indic scripts stay; combining marks are capped.
    Idempotent: `clean(clean(x)) == clean(x)`.
    """
    text = _LINE_ENDS.sub("\n", _SEQUENCE.sub("", text))
    if not _SUSPECT.search(text):
        return text
    return _PILE.sub(_capped, _OUT.sub("", text))


def clean_line(text: str, *, limit: int = 200) -> str:
    """The clean text in one line of at most `limit` characters: for titles, labels, names and messages."""
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def first_dirty(text: str) -> str | None:
    """The first character that `clean` would remove, or None: for messages about files."""
    if (match := _SEQUENCE.search(text)) is not None:
        return match.group()[0]
    return found.group() if (found := _OUT.search(text)) is not None else None


class StreamCleaner:
    """Cleans text that arrives in pieces: an escape sequence split between two of them is removed too."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """The next clean text; the beginning of an unfinished sequence is held back."""
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
