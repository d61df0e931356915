"""The tree of turns, as SQL statements: the head, paths, forks, lineages and redo.

A segment is a run of turns without forks: a turn's first child continues its segment, every other child begins a new
one. A path is a list of segments, as long as its number of forks, not of its turns.
"""

import sqlite3
from typing import NamedTuple

from fiction.errors import NotFound, SaveConflict, SaveDamaged
from fiction.saves.rows import HeadRow, SegmentRow, SnapshotRow, TurnRow, insert, row_of, rows_of, whole
from fiction.story.memory import Lineage


class TreePosition(NamedTuple):
    """A turn's position in the tree: enough to find its path."""

    id: int
    segment: int
    depth: int


def head_row(db: sqlite3.Connection) -> HeadRow:
    """The head, the reader's current turn.

    Raises:
        SaveDamaged: the row is missing or damaged.
    """
    row = row_of(db, HeadRow)
    if row is None or not whole(row):
        raise SaveDamaged("This save has lost its place in the story.")
    return row


def set_head(db: sqlite3.Connection, to: int | None, *, expected: int | None, now: int) -> None:
    """Move the head.

    Raises:
        SaveConflict: the head is not at `expected`.
    """
    if head_row(db).turn != expected:
        raise SaveConflict("The story was moved on elsewhere; nothing was written.", hint="Open the story again.")
    insert(db, HeadRow(1, to, now), replace=True)


def place_of(db: sqlite3.Connection, turn: int) -> TreePosition:
    """A turn's position.

    Raises:
        NotFound: there is no such turn.
        SaveDamaged: it is damaged.
    """
    row = turn_row(db, turn)
    if not whole(row):
        raise SaveDamaged(f"Turn {row.depth} of this story is damaged.")
    return TreePosition(row.id, row.segment, row.depth)


def turn_row(db: sqlite3.Connection, turn: int) -> TurnRow:
    """One turn, whole or not. Raises NotFound."""
    row = row_of(db, TurnRow, "WHERE id=?", (turn,))
    if row is None:
        raise NotFound(f"There is no turn {turn} in this story.")
    return row


def path_rows(db: sqlite3.Connection, turn: int, count: int) -> list[TurnRow]:
    """The last `count` turns up to and including `turn`, oldest first.

    Raises:
        NotFound: there is no such turn.
        SaveDamaged: a turn on the path is missing, or has the wrong depth.
    """
    rows: list[TurnRow] = []
    row = turn_row(db, turn)
    while len(rows) < count:
        rows.append(row)
        if row.parent is None:
            break
        above = row_of(db, TurnRow, "WHERE id=?", (row.parent,))
        if above is None or above.depth != row.depth - 1:
            raise SaveDamaged(f"Turn {row.depth} of this story is damaged: what came before it is missing.")
        row = above
    return rows[::-1]


def child_rows(db: sqlite3.Connection, turn: int | None) -> list[TurnRow]:
    """A turn's children, in order of telling."""
    return rows_of(db, TurnRow, "WHERE parent IS ? ORDER BY id", (turn,))


def lineage_of(db: sqlite3.Connection, place: TreePosition) -> Lineage:
    """The segments on the path to a turn, the nearest first.

    Raises:
        SaveDamaged: a segment is missing or damaged.
    """
    found = [(place.segment, place.depth)]
    segment = place.segment
    while True:
        row = row_of(db, SegmentRow, "WHERE id=?", (segment,))
        if row is None or not whole(row) or (row.parent is not None and row.fork_depth >= found[-1][1]):
            raise SaveDamaged("A fork of this story is damaged.")
        if row.parent is None:
            return Lineage(tuple(found))
        segment = row.parent
        found.append((segment, row.fork_depth))


def new_place(db: sqlite3.Connection, parent: TreePosition | None) -> TreePosition:
    """The position of a new turn after `parent`. At a fork, a segment is added, and `redo` will lead into it."""
    (turn,) = db.execute("SELECT coalesce(max(id), 0) + 1 FROM turn").fetchone()
    if parent is not None and db.execute("SELECT 1 FROM turn WHERE parent=?", (parent.id,)).fetchone() is None:
        return TreePosition(turn, parent.segment, parent.depth + 1)
    (segment,) = db.execute("SELECT coalesce(max(id), 0) + 1 FROM segment").fetchone()
    if parent is None:
        insert(db, SegmentRow(segment, None, 0))
        return TreePosition(turn, segment, 1)
    insert(db, SegmentRow(segment, parent.segment, parent.depth))
    db.execute("REPLACE INTO redo VALUES(?, ?, ?)", (parent.segment, parent.depth, segment))
    return TreePosition(turn, segment, parent.depth + 1)


def lead_to(db: sqlite3.Connection, lineage: Lineage) -> None:
    """Make `redo` lead from every turn on this path towards its end.

    Only forks need a hint: elsewhere the next turn is in the same segment.
    """
    entered: int | None = None
    for segment, depth in lineage.segments:
        db.execute("DELETE FROM redo WHERE segment=? AND depth<?", (segment, depth))
        if entered is not None:
            db.execute("REPLACE INTO redo VALUES(?, ?, ?)", (segment, depth, entered))
        entered = segment


def redo_of(db: sqlite3.Connection, place: TreePosition) -> int | None:
    """The child for `redo`; None at a leaf."""
    hint = db.execute("SELECT next FROM redo WHERE segment=? AND depth=?", (place.segment, place.depth)).fetchone()
    for segment in (hint[0] if hint else None, place.segment):
        row = db.execute(
            "SELECT id FROM turn WHERE segment=? AND depth=? AND parent=?", (segment, place.depth + 1, place.id)
        ).fetchone()
        if row is not None:
            return int(row[0])
    return None


def nearest_snapshot(db: sqlite3.Connection, lineage: Lineage) -> SnapshotRow | None:
    """The deepest whole snapshot of the ledger on a path."""
    for segment, deepest in lineage.segments:
        depth = deepest
        while row := row_of(db, SnapshotRow, "WHERE segment=? AND depth<=? ORDER BY depth DESC", (segment, depth)):
            if whole(row):
                return row
            depth = row.depth - 1
    return None
