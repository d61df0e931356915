"""`fiction saves repair`: copies the whole turns of a damaged save into a new one."""

import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from fiction.errors import SaveDamaged
from fiction.saves.codec import rows_of_record
from fiction.saves.creation import laying_down
from fiction.saves.failures import translated
from fiction.saves.graft import Graft
from fiction.saves.rows import (
    BookmarkRow,
    HeadRow,
    PackRow,
    PendingRow,
    R,
    RevisionRow,
    SegmentRow,
    SnapshotRow,
    StoryRow,
    TurnRow,
    VectorRow,
)
from fiction.saves.salvage import Wreck
from fiction.story.reader import StoryRecord


def repair(path: Path, into: Path) -> int:
    """Copy every whole turn of `path` into a new save at `into`; returns their number.

    A turn without its parent continues from the nearest whole turn before it, or begins the story. The damaged file
    stays untouched. The new save has its own uuid. If the story's record is lost, its title is the file name and its
    world pack is empty.

    Raises:
        NotFound: there is no such file.
        SaveDamaged: nothing in it can be recovered; no file is made.
        SaveError: the new file exists, or can't be written.
    """
    with translated(path.stem):
        path.stat()
        with Wreck(path) as wreck:
            if next(wreck.turns(), None) is None and not wreck.rows(PackRow):
                raise SaveDamaged(f"Nothing of {path.stem} can be brought back.", hint="No turn in it is whole.")
            with translated(into.stem), laying_down(into) as db:
                return _rescue(wreck, db, path.stem)


def _rescue(wreck: Wreck, db: sqlite3.Connection, name: str) -> int:
    graft = Graft(db)
    lost = rows_of_record(StoryRecord("", name, "", "", "", created=int(time.time() * 1000)))
    stories, packs = wreck.rows(StoryRow), wreck.rows(PackRow)
    graft.story(stories[0] if stories else lost[0], packs[0] if packs else lost[1], uuid=uuid4().hex)
    ways = _Ways(wreck.rows(SegmentRow))
    for row in wreck.turns():
        with suppress(SaveDamaged):
            graft.turn(row, parent=row.parent if row.parent in graft else ways.before(row))
            ways.remember(row)
    heads = wreck.rows(HeadRow)
    at = heads[0].turn if heads and (heads[0].turn is None or heads[0].turn in graft) else ways.latest
    graft.head(at, updated=heads[0].updated if heads else int(time.time() * 1000))
    _take(wreck.rows(PendingRow), graft.pending)
    _take(wreck.rows(RevisionRow), graft.revision)
    _take(wreck.rows(BookmarkRow), graft.bookmark)
    _take(wreck.rows(SnapshotRow), graft.snapshot)
    _take(wreck.rows(VectorRow), graft.vector)
    return len(graft)


def _take(rows: list[R], take: Callable[[R], None]) -> None:
    for row in rows:
        with suppress(SaveDamaged):
            take(row)


class _Ways:
    """Finds a new parent for a turn without one: the nearest whole turn before it, by the surviving segments."""

    def __init__(self, segments: list[SegmentRow]) -> None:
        self._above = {row.id: (row.parent, row.fork_depth) for row in segments}
        self._stood: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self.latest: int | None = None

    def remember(self, row: TurnRow) -> None:
        self._stood[row.segment].append((row.depth, row.id))
        self.latest = row.id

    def before(self, row: TurnRow) -> int | None:
        if row.parent is None:
            return None
        segment: int | None = row.segment
        deepest = row.depth - 1
        for _ in range(len(self._above) + 1):
            if segment is None:
                break
            standing = [pair for pair in self._stood[segment] if pair[0] <= deepest]
            if standing:
                return max(standing)[1]
            segment, deepest = self._above.get(segment, (None, 0))
        return None
