"""A log of every call, one line each, in one file a day: server, tokens and cost. No words of a story.

Several processes write to the same file. A line is one write in append mode, so that lines never mix; a reader
continues from its last position, and so sees other processes' lines.
"""

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import TypedDict, TypeGuard

from fiction.story.turn import Usage
from fiction.text.sanitise import clean_line

_MAX_LINE = 4_096
_NAME_LIMIT = 120
_MOST = 10**15
"""Tokens, or millionths of a dollar, of one call; larger numbers in a line are cut to it."""


def local_now() -> datetime:
    """The local time; its date is the day to which a call belongs."""
    return datetime.now().astimezone()


@dataclass(frozen=True, slots=True)
class Entry:
    """One call."""

    story: str
    """The story's uuid."""
    model: str
    host: str
    usage: Usage

    def line(self, time: datetime) -> bytes:
        """The entry as JSON, with its line's end."""
        fields = {
            "time": time.isoformat(timespec="milliseconds"),
            "story": self.story,
            "model": clean_line(self.model, limit=_NAME_LIMIT),
            "host": clean_line(self.host, limit=_NAME_LIMIT),
            "in": self.usage.prompt,
            "out": self.usage.completion,
            "cached": self.usage.cached,
            "cost": self.usage.cost,
            "estimated": self.usage.estimated,
            "unpriced": self.usage.unpriced,
        }
        return json.dumps(fields, separators=(",", ":")).encode() + b"\n"


class UsageLog:
    """The log in a folder. No method raises: unreadable lines are skipped, failed writes stay in memory."""

    def __init__(self, folder: Path, *, now: Callable[[], datetime] = local_now) -> None:
        self._folder = folder
        self._now = now
        self._lock = threading.Lock()
        self._day = _Day(folder, now().date())
        self._before: dict[str, Usage] = {}
        """By story: its usage on other days."""
        self._lost: dict[tuple[date, str], Usage] = {}
        """By day and story: usage that could not be written to disk."""

    def follow(self, story: str) -> None:
        """Start reading a story's usage in the background."""
        threading.Thread(target=self.of, args=(story,), name="ledger", daemon=True).start()

    def enter(self, entry: Entry) -> None:
        """Write a call down."""
        time = self._now()
        try:
            _append(_file(self._folder, time.date()), entry.line(time))
        except (OSError, ValueError):
            with self._lock:
                key = (time.date(), entry.story)
                self._lost[key] = self._lost.get(key, Usage()) + entry.usage

    def today(self) -> Usage:
        """Usage of all stories since midnight, other processes' included."""
        with self._lock:
            day = self._today()
            return _sum([day.total.usage, *(usage for (when, _), usage in self._lost.items() if when == day.date)])

    def of(self, story: str) -> Usage:
        """Usage of a story on all days."""
        with self._lock:
            day = self._today()
            if story not in self._before:
                self._before[story] = _on_other_days(self._folder, story, day.date)
            lost = [usage for (_, whose), usage in self._lost.items() if whose == story]
            today = day.stories.get(story)
            return _sum([self._before[story], today.usage if today else Usage(), *lost])

    def _today(self) -> "_Day":
        """Today's usage, read up to the last line of the file."""
        today = self._now().date()
        if self._day.date != today:
            self._day = _Day(self._folder, today)
            self._before.clear()
        self._day.read_on()
        return self._day


_Fields = TypedDict(
    "_Fields", {"story": str, "in": int, "out": int, "cached": int, "cost": int, "estimated": bool, "unpriced": bool}
)
_NUMBERS = ("in", "out", "cached", "cost", "estimated", "unpriced")


@dataclass(slots=True)
class _Tally:
    """A sum that grows in place: fast enough to add ten thousand lines before the first frame."""

    prompt: int = 0
    completion: int = 0
    cached: int = 0
    estimated: bool = False
    cost: int = 0
    unpriced: bool = False

    def add(self, entry: _Fields) -> None:
        self.prompt += min(entry["in"], _MOST)
        self.completion += min(entry["out"], _MOST)
        self.cached += min(entry["cached"], _MOST)
        self.estimated |= entry["estimated"]
        self.cost += min(entry["cost"], _MOST)
        self.unpriced |= entry["unpriced"]

    @property
    def usage(self) -> Usage:
        return Usage(self.prompt, self.completion, self.cached, self.estimated, self.cost, self.unpriced)


@dataclass(slots=True)
class _Day:
    """A day's file, as far as it has been read."""

    folder: Path
    date: date
    total: _Tally = field(default_factory=_Tally)
    stories: dict[str, _Tally] = field(default_factory=dict)
    read: int = 0
    """In bytes."""

    def read_on(self) -> None:
        """Take in the complete lines added since the last call."""
        path = _file(self.folder, self.date)
        with contextlib.suppress(OSError):
            size = path.stat().st_size
            if size < self.read:  # the file was emptied
                self.total, self.stories, self.read = _Tally(), {}, 0
            if size > self.read:
                self._take(_bytes_from(path, self.read))

    def _take(self, data: bytes) -> None:
        whole = data[: data.rfind(b"\n") + 1]
        self.read += len(whole)
        for entry in _entries(whole.split(b"\n")):
            self.total.add(entry)
            self.stories.setdefault(entry["story"], _Tally()).add(entry)


def _append(path: Path, line: bytes) -> None:
    """Append the line in one write; a torn line from an earlier write is ended first."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        if os.fstat(handle).st_size and _last(handle) != b"\n":
            line = b"\n" + line
        if os.write(handle, line) < len(line):
            raise OSError("there was room for a part of the line only")
    finally:
        os.close(handle)


def _last(handle: int) -> bytes:
    os.lseek(handle, -1, os.SEEK_END)
    return os.read(handle, 1)


def _bytes_from(path: Path, offset: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read()


def _on_other_days(folder: Path, story: str, today: date) -> Usage:
    needle = json.dumps(story).encode()
    total = _Tally()
    for path in folder.glob("*.jsonl"):
        if path == _file(folder, today):
            continue
        with contextlib.suppress(OSError):
            data = path.read_bytes()
            for entry in _entries([line for line in data.split(b"\n") if needle in line] if needle in data else []):
                if entry["story"] == story:
                    total.add(entry)
    return total.usage


def _entries(lines: Iterable[bytes]) -> Iterable[_Fields]:
    """The entries in the lines; other lines are skipped."""
    return filter(_is_entry, _parsed([line for line in lines if 2 < len(line) <= _MAX_LINE]))


def _parsed(lines: list[bytes]) -> Iterable[object]:
    """Parse the lines as one JSON array (four times as fast), or one by one if any is broken."""
    whole = b"[" + b",".join(lines) + b"]"
    with contextlib.suppress(ValueError, RecursionError):
        found: list[object] = json.loads(whole)
        return found
    return () if len(lines) < 2 else chain(*(_parsed([line]) for line in lines))


def _is_entry(found: object) -> TypeGuard[_Fields]:
    return (
        isinstance(found, dict)
        and isinstance(found.get("story"), str)
        and all(isinstance(found.get(name), int) and found[name] >= 0 for name in _NUMBERS)
    )


def _sum(usages: Iterable[Usage]) -> Usage:
    return sum(usages, Usage())


def _file(folder: Path, day: date) -> Path:
    return folder / f"{day.isoformat()}.jsonl"
