"""The bytes of a terminal as keystrokes: text, whole pastes, and the few keys that edit a line."""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from signal import Signals

LONGEST_PASTE = 64 * 1024
"""Characters of one paste that are kept; the rest of it is dropped."""

_BEGIN, _END = "\x1b[200~", "\x1b[201~"
"""The marks that a terminal puts around a paste (xterm's control sequences, "Bracketed Paste Mode")."""
_KEY = re.compile(
    r"(?P<sequence>\x1b\[[0-?]*[ -/]*[@-~]|\x1bO.|\x1b[^\[O])"
    r"|(?P<cut>\x1b(?:\[[0-?]*[ -/]*|O)?\Z)"
    r"|(?P<text>[^\x00-\x1f\x7f]+)"
    r"|(?P<control>[\s\S])"
)


class LineKey(Enum):
    """Keys that do something to the line."""

    ENTER = "enter"
    ERASE = "erase"
    ERASE_WORD = "erase word"
    ERASE_LINE = "erase line"
    END = "end of input"


@dataclass(frozen=True, slots=True)
class Text:
    """Characters that were typed; no control characters."""

    text: str


@dataclass(frozen=True, slots=True)
class Paste:
    """A paste, as it came: of any number of lines, with whatever characters."""

    text: str


Keystroke = LineKey | Signals | Text | Paste
"""Signals are the keys that a terminal turns into them, such as Ctrl+C."""


class Keystrokes:
    """Reads keystrokes out of bytes that come in pieces of any length."""

    def __init__(self, controls: Mapping[str, LineKey | Signals], *, encoding: str = "utf-8") -> None:
        """`controls` says what the control characters mean; the others of them mean nothing."""
        self.marked = False
        """The terminal marks its pastes: one has been seen."""
        self.pasting = False
        """A paste has begun and not ended."""
        self._controls = controls
        self._decoder = getincrementaldecoder(encoding)(errors="replace")
        self._held = ""
        self._pasted = ""
        self._dropping = False

    def feed(self, piece: bytes) -> list[Keystroke]:
        """The keystrokes that are whole by now."""
        text = self._decoder.decode(piece)
        if self.pasting and len(piece) == 1 and self._controls.get(text) is Signals.SIGINT:
            return self._interrupt()
        text, self._held = self._held + text, ""
        return list(self._read(text))

    def _interrupt(self) -> list[Keystroke]:
        """Ctrl+C by a hand in a paste: the paste is dropped. A second one counts, for its end may never come."""
        if not self._dropping:
            self._dropping, self._pasted = True, ""
            return []
        self.pasting, self._held = False, ""
        return [Signals.SIGINT]

    def _read(self, text: str) -> Iterator[Keystroke]:
        at = 0
        while at < len(text):
            if self.pasting:
                at, ended = self._paste(text, at)
                if ended and not self._dropping:
                    yield Paste(self._pasted)
                continue
            found = _KEY.match(text, at)
            assert found is not None  # the last alternative takes any character
            at = found.end()
            if found.group() == _BEGIN:
                self.marked = self.pasting = True
                self._pasted, self._dropping = "", False
            elif found.lastgroup == "text":
                yield Text(found.group())
            elif found.lastgroup == "control":
                yield from self._control(found.group())
            elif found.lastgroup == "cut" and len(found.group()) > 1:
                self._held = found.group()  # a lone Escape is a key that means nothing

    def _paste(self, text: str, at: int) -> tuple[int, bool]:
        """Take in the paste from there on. Returns how far the text was read, and whether the paste has ended."""
        end = text.find(_END, at)
        self.pasting = end < 0
        if self.pasting:
            end = len(text) - _begun(text[at:], _END)
            self._held = text[end:]
        if not self._dropping:
            self._pasted += text[at : min(end, at + LONGEST_PASTE - len(self._pasted))]
        return len(text) if self.pasting else end + len(_END), not self.pasting

    def _control(self, char: str) -> Iterator[Keystroke]:
        if char == "\t":
            yield Text(" ")
        elif (key := self._controls.get(char)) is not None:
            yield key


def _begun(text: str, mark: str) -> int:
    """How many characters at the end of the text may be the beginning of the mark."""
    return next((size for size in range(len(mark) - 1, 0, -1) if text.endswith(mark[:size])), 0)
