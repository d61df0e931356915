"""Every call on a line of its own, in one file a day: what was asked of whom, and what it cost. No words of a story.

Several processes write to the same file. A line is one write in append mode, so that lines never mix; a reader goes on
from where it was, and thereby sees what the others wrote.
"""

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from fiction.story.sanitise import clean_line
from fiction.story.turn import Usage

_MAX_LINE = 4_096
_NAME_LIMIT = 120


def local_now() -> datetime:
    """The time here; its date is the day that a call belongs to."""
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


class Ledger:
    """The ledger in a folder. No method raises: what can't be read or written is left out."""

    def __init__(self, folder: Path, *, now: Callable[[], datetime] = local_now) -> None:
        self._folder = folder
        self._now = now
        self._lock = threading.Lock()
        self._day = _Day(folder, now().date())
        self._before: dict[str, Usage] = {}
        """By story: what was asked for it on other days."""
        self._lost: dict[tuple[date, str], Usage] = {}
        """By day and story: what the disk had no room for."""

    def follow(self, story: str) -> None:
        """Start reading what the ledger holds of a story, in the background."""
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
        """All calls of all stories since midnight, other processes' included."""
        with self._lock:
            day = self._today()
            return _sum([day.total, *(usage for (when, _), usage in self._lost.items() if when == day.date)])

    def of(self, story: str) -> Usage:
        """All calls for a story, on all days."""
        with self._lock:
            day = self._today()
            if story not in self._before:
                self._before[story] = _on_other_days(self._folder, story, day.date)
            lost = [usage for (_, whose), usage in self._lost.items() if whose == story]
            return _sum([self._before[story], day.stories.get(story, Usage()), *lost])

    def _today(self) -> "_Day":
        """Today, read up to the last line that is there."""
        today = self._now().date()
        if self._day.date != today:
            self._day = _Day(self._folder, today)
            self._before.clear()
        self._day.read_on()
        return self._day


@dataclass(slots=True)
class _Day:
    """What has been read of a day's file."""

    folder: Path
    date: date
    total: Usage = Usage()
    stories: dict[str, Usage] = field(default_factory=dict)
    read: int = 0
    """Bytes."""

    def read_on(self) -> None:
        """Take in the whole lines that came since."""
        path = _file(self.folder, self.date)
        with contextlib.suppress(OSError):
            size = path.stat().st_size
            if size < self.read:  # somebody emptied it
                self.total, self.stories, self.read = Usage(), {}, 0
            if size > self.read:
                self._take(_bytes_from(path, self.read))

    def _take(self, data: bytes) -> None:
        whole = data[: data.rfind(b"\n") + 1]
        self.read += len(whole)
        for story, usage in _entries(whole.split(b"\n")):
            self.total += usage
            self.stories[story] = self.stories.get(story, Usage()) + usage


def _append(path: Path, line: bytes) -> None:
    """Add the line in one write; a line that an earlier write left torn is ended first."""
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
    total = Usage()
    for path in folder.glob("*.jsonl"):
        if path == _file(folder, today):
            continue
        with contextlib.suppress(OSError):
            data = path.read_bytes()
            lines = [line for line in data.split(b"\n") if needle in line] if needle in data else []
            total += _sum(usage for whose, usage in _entries(lines) if whose == story)
    return total


def _entries(lines: Iterable[bytes]) -> Iterable[tuple[str, Usage]]:
    """Story and usage of each line that is an entry; other lines are skipped."""
    for line in lines:
        with contextlib.suppress(ValueError, KeyError, TypeError, RecursionError):
            if 2 < len(line) <= _MAX_LINE:
                yield _entry(json.loads(line))


def _entry(found: dict[str, object]) -> tuple[str, Usage]:
    prompt, completion, cached, cost = (_count(found[name]) for name in ("in", "out", "cached", "cost"))
    story, estimated, unpriced = found["story"], found["estimated"], found["unpriced"]
    if not isinstance(story, str):
        raise TypeError("a story is named by its uuid")
    return story, Usage(prompt, completion, cached, bool(estimated), cost, bool(unpriced))


def _count(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise TypeError("a count is a whole number")
    return value


def _sum(usages: Iterable[Usage]) -> Usage:
    return sum(usages, Usage())


def _file(folder: Path, day: date) -> Path:
    return folder / f"{day.isoformat()}.jsonl"
