"""Server-sent events read from bytes as they come, by the rules of WHATWG HTML, section 9.2.6."""

import codecs
import re
from dataclasses import dataclass

MOST = 2_000_000
"""Characters of one event; a server that sends more in one never ends it."""
_LINE = re.compile(r"\r\n|\n|\r")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Event:
    """One event that has data."""

    data: str
    name: str = ""
    """Its `event:` field; empty for most."""


class EventReader:
    """Takes bytes in any pieces; the events do not depend on where the pieces were cut.

    Comments, `id:` and `retry:` are passed over, and so is an event without data. Unlike a browser, it also gives the
    last event where the blank line after it is missing, since servers leave it off.

    Raises:
        ValueError: an event is longer than MOST.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        """The line that has begun."""
        self._begun = False
        self._name = ""
        self._data: list[str] = []
        self._length = 0

    def feed(self, piece: bytes) -> list[Event]:
        """The events that the piece completes."""
        return self._read(self._decoder.decode(piece), last=False)

    def close(self) -> list[Event]:
        """The event that the end of the stream completes, if there is one."""
        events = self._read(self._decoder.decode(b"", final=True), last=True)
        return [*events, *self._dispatched()]

    def _read(self, text: str, *, last: bool) -> list[Event]:
        if text and not self._begun:
            self._begun = True
            text = text.removeprefix(_BOM)
        text = self._text + text
        held = ""
        if text.endswith("\r") and not last:  # its line feed may be on the way
            text, held = text[:-1], "\r"
        *lines, rest = _LINE.split(text)
        if last and rest:
            lines, rest = [*lines, rest], ""
        self._text = rest + held
        if len(self._text) + self._length > MOST:
            raise ValueError("an event without end")
        return [event for line in lines for event in self._line(line)]

    def _line(self, line: str) -> list[Event]:
        if not line:
            return self._dispatched()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
            self._length += len(value) + 1
            if self._length > MOST:
                raise ValueError("an event without end")
        elif field == "event":
            self._name = value
        return []

    def _dispatched(self) -> list[Event]:
        data, name = "\n".join(self._data), self._name
        self._data, self._name, self._length = [], "", 0
        return [Event(data, name)] if data else []
