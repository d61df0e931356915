"""Server-sent events read from bytes as they come, by the rules of WHATWG HTML, section 9.2.6."""

import codecs
import re
from dataclasses import dataclass

MOST = 2_000_000
"""Characters of one event; a longer one is taken for endless."""
_LINE = re.compile(r"\r\n|\n|\r")
_BOM = "\ufeff"
_PASSED_OVER = frozenset({"", "id", "retry"})
"""Fields that no reply needs; a comment has an empty one."""
_LONGEST_FIELD = len("event:")


class Endless(ValueError):
    """More comes than anything that is meant to end."""


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

    Each piece is searched once, however long its line: `_pending` is joined when the line ends.

    Raises:
        Endless: an event is longer than MOST.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending: list[str] = []
        """The line that has begun, in pieces; none of them is empty."""
        self._pending_length = 0
        self._begun = False
        self._after_return = False
        """The last character was a carriage return: a line feed now belongs to it."""
        self.strange = False
        """A line came that no event stream has: it is passed over, as the standard says."""
        self._name = ""
        self._data: list[str] = []
        self._length = 0

    @property
    def amid_event(self) -> bool:
        """Part of an event is there: of its data or its name, not of a comment, `id:` or `retry:`."""
        line = "".join(self._pending[:_LONGEST_FIELD])
        return bool(self._data or self._name) or any(
            line[: len(field)] == field[: len(line)] for field in ("data:", "event:") if line
        )

    def feed(self, piece: bytes) -> list[Event]:
        """The events that the piece completes."""
        return self._read(self._decoder.decode(piece))

    def close(self) -> list[Event]:
        """The event that the end of the stream completes, if there is one."""
        events = self._read(self._decoder.decode(b"", final=True))
        return [*events, *self._line(self._ended_line("")), *self._dispatched()]

    def _read(self, text: str) -> list[Event]:
        if not text:
            return []
        if not self._begun:
            self._begun = True
            text = text.removeprefix(_BOM)
        returned, self._after_return = self._after_return, text.endswith("\r")
        first, *others = _LINE.split(text.removeprefix("\n") if returned else text)
        events: list[Event] = []
        if others:
            *lines, rest = others
            for line in (self._ended_line(first), *lines):
                events += self._line(line)
        else:
            rest = first
        self._keep(rest)
        return events

    def _keep(self, rest: str) -> None:
        if rest:
            self._pending.append(rest)
            self._pending_length += len(rest)
        if self._pending_length + self._length > MOST:
            raise Endless("an event without end")

    def _ended_line(self, end: str) -> str:
        """The line that has begun, whole."""
        line = "".join([*self._pending, end])
        self._pending, self._pending_length = [], 0
        return line

    def _line(self, line: str) -> list[Event]:
        if not line:
            return self._dispatched()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
            self._length += len(value) + 1
            if self._length > MOST:
                raise Endless("an event without end")
        elif field == "event":
            self._name = value
        else:
            self.strange = self.strange or field not in _PASSED_OVER
        return []

    def _dispatched(self) -> list[Event]:
        data, name = "\n".join(self._data), self._name
        self._data, self._name, self._length = [], "", 0
        return [Event(data, name)] if data else []
