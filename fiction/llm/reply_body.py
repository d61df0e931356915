"""A reply's body: a stream of events, or one JSON text from a server that does not stream although it was asked to.

Labels are not to be trusted, so the first character tells: no line of an event stream begins as JSON does.
"""

import codecs

from fiction.llm.event_stream import Endless, Event, EventReader

_MAX_BODY = 2_000_000
"""Bytes of a JSON text."""
_MAX_WORDS = 2_000
"""Bytes kept of a body that is neither."""
_BLANK = b" \t\r\n"
_JSON_BEGINS = b'{["'


class ReplyBody:
    """Takes bytes in any pieces, and gives events; a JSON text is one event, which `close` gives.

    Raises:
        Endless: an event or the JSON text is too long.
    """

    def __init__(self) -> None:
        self._reader = EventReader()
        self._head = b""
        """A byte order mark that has begun."""
        self._whole: bytearray | None = None
        self._known = False
        """What the body is."""
        self._first = bytearray()
        self._any = False
        """An event has come."""

    @property
    def whole(self) -> bool:
        """The body is one JSON text."""
        return self._whole is not None

    @property
    def begun(self) -> bool:
        """Part of an event is there, and not only blanks and comments."""
        return self.whole or self._reader.amid_event

    @property
    def words(self) -> str:
        """What came instead of a reply, after `close`: text that is neither JSON nor events; mostly empty."""
        strange = self._reader.strange and not self._any
        return bytes(self._first).decode("utf-8", "replace").strip() if strange else ""

    def feed(self, piece: bytes) -> list[Event]:
        """The events that the piece completes."""
        if not self._known:
            piece = self._begin(piece)
        if self._whole is not None:
            self._whole += piece
            if len(self._whole) > _MAX_BODY:
                raise Endless("a reply without end")
            return []
        self._first += piece[: _MAX_WORDS - len(self._first)]
        return self._noted(self._reader.feed(piece))

    def close(self) -> list[Event]:
        """What the end of the body completes."""
        if self._whole is not None:
            return [Event(self._whole.decode("utf-8", "replace"))]
        return self._noted(self._reader.close())

    def _begin(self, piece: bytes) -> bytes:
        """Find out what the body is; what of it to read, without blanks and a byte order mark before it."""
        head = (self._head + piece).lstrip(_BLANK)
        if codecs.BOM_UTF8.startswith(head):
            self._head = head
            return b""
        body = head.removeprefix(codecs.BOM_UTF8).lstrip(_BLANK)
        self._head = b"" if body else codecs.BOM_UTF8
        if body:
            self._known = True
            self._whole = bytearray() if body[:1] in _JSON_BEGINS else None
        return body

    def _noted(self, events: list[Event]) -> list[Event]:
        self._any = self._any or bool(events)
        return events
