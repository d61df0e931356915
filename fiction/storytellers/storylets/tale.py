"""The built-in storyteller's state of a story, as JSON: bounded by the pack, not by the story's length."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

V = TypeVar("V")

MARK = "offline-1"
"""Marks the JSON, so that another storyteller's state is not taken for ours."""

RECOLLECTIONS = 60
"""Most deeds of the reader that are kept for callbacks."""


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence of the short-term memory, with the data that decide when it is dropped."""

    text: str
    depth: int
    kind: str = "deed"
    """`root` (the reader's part), `deed`, `note` (the situation), `thread`, `own` (the reader's own words)."""
    scene: int = 0
    """Serial number of the scene it belongs to."""
    title: str = ""
    """That scene's title, for the reason."""
    threads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recollection:
    """A deed of the reader's, for a callback."""

    depth: int
    importance: int
    text: str


@dataclass(slots=True)
class Tale:
    """The state before a turn; the telling of the turn changes it."""

    path: str = ""
    """Digest of all choices so far."""
    opening: str = ""
    place: str = ""
    storylet: str = ""
    """The running storylet (or the opening), whose plans were offered last."""
    scene: int = 0
    """Serial number of the scene."""
    title: str = ""
    lingers: int = 0
    """Attempts since the running storylet was told."""
    tension: int = 4
    """Tension of the running storylet."""
    moved: int = 0
    """Depth at which the place last changed."""
    called: int = -9
    """Depth of the last callback."""
    filled: int = 0
    """Depth at which a general storylet was last told."""
    ended: str = ""
    """Id of the ending that was told; the reader writes on after it."""
    cast: dict[str, str] = field(default_factory=dict)
    """Role to character, for the running scene."""
    qualities: dict[str, int] = field(default_factory=dict)
    told: dict[str, list[int]] = field(default_factory=dict)
    """Depth at which each variant of a text was last told, by the text's key; 0 is never."""
    done: dict[str, int] = field(default_factory=dict)
    """Plan to the depth at which it was last taken."""
    met: dict[str, int] = field(default_factory=dict)
    """Character to the depth of the last meeting."""
    opened: list[str] = field(default_factory=list)
    paid: list[str] = field(default_factory=list)
    hinged: list[int] = field(default_factory=list)
    """Acts whose hinge was told."""
    recollections: dict[str, Recollection] = field(default_factory=dict)
    """Plan to its recollection, until it is called back."""
    notes: list[Note] = field(default_factory=list)

    def recollect(self, key: str, recollection: Recollection) -> None:
        """Keep a deed for a later callback; of too many, the least important and oldest is dropped."""
        self.recollections[key] = recollection
        if len(self.recollections) > RECOLLECTIONS:
            rest = self.recollections
            del rest[min(rest, key=lambda k: (rest[k].importance, rest[k].depth))]

    def dump(self) -> str:
        """The JSON for `Turn.state`."""
        raw: dict[str, object] = {"teller": MARK}
        for name in (*_TEXTS, *_NUMBERS, *_COUNTS):
            raw[name] = getattr(self, name)
        raw |= {"cast": self.cast, "told": self.told, "hinged": self.hinged, "opened": self.opened, "paid": self.paid}
        raw["recollections"] = {k: [r.depth, r.importance, r.text] for k, r in self.recollections.items()}
        raw["notes"] = [[n.text, n.depth, n.kind, n.scene, n.title, *n.threads] for n in self.notes]
        return json.dumps(raw, ensure_ascii=False, separators=(",", ":"))


_TEXTS = ("path", "opening", "place", "storylet", "title", "ended")
_NUMBERS = ("scene", "lingers", "tension", "moved", "called", "filled")
_COUNTS = ("qualities", "done", "met")


def load(text: str) -> Tale | None:
    """The state from `dump`; None for damaged JSON or another storyteller's."""
    if MARK not in text:
        return None
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(raw, dict) or raw.get("teller") != MARK:
        return None
    tale = Tale()
    for name in _TEXTS:
        setattr(tale, name, _text(raw.get(name)))
    for name in _NUMBERS:
        setattr(tale, name, _number(raw.get(name), getattr(tale, name)))
    for name in _COUNTS:
        setattr(tale, name, _table(raw.get(name), _number))
    tale.cast = _table(raw.get("cast"), _text)
    tale.told = _table(raw.get("told"), _numbers)
    tale.hinged = _numbers(raw.get("hinged"))
    tale.opened, tale.paid = _texts(raw.get("opened")), _texts(raw.get("paid"))
    tale.recollections = _table(raw.get("recollections"), _recollection)
    tale.notes = [_note(row) for row in _rows(raw.get("notes")) if len(_rows(row)) >= 5]
    return tale


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object, default: int = 0) -> int:
    return value if isinstance(value, int) else default


def _rows(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _numbers(value: object) -> list[int]:
    return [_number(item) for item in _rows(value)]


def _texts(value: object) -> list[str]:
    return [_text(item) for item in _rows(value)]


def _table(value: object, read: Callable[[object], V]) -> dict[str, V]:
    return {str(key): read(item) for key, item in value.items()} if isinstance(value, dict) else {}


def _recollection(value: object) -> Recollection:
    row = [*_rows(value), 0, 0, ""]
    return Recollection(_number(row[0]), _number(row[1]), _text(row[2]))


def _note(value: object) -> Note:
    text, depth, kind, scene, title, *threads = _rows(value)
    return Note(_text(text), _number(depth), _text(kind), _number(scene), _text(title), tuple(_texts(threads)))
