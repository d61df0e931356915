"""The reader's edits of memories, and bookmarks."""

import sqlite3

from fiction.errors import NotFound, SaveConflict, SaveDamaged, SaveError
from fiction.saves import codec
from fiction.saves.rows import BookmarkRow, RevisionRow, insert, row_of, rows_of, whole
from fiction.saves.tree import head_row, lineage_of, place_of
from fiction.story.memory import Lineage, Revision, RevisionKind, TurnId
from fiction.story.turn import Bookmark
from fiction.text.sanitise import clean_line


def revise(db: sqlite3.Connection, kind: RevisionKind, target: int, text: str, *, now: int) -> Revision:
    """Save an edit, made at the head.

    Raises:
        NotFound: the target is not on the path to the head.
        SaveConflict: a short-term memory is edited, but the head is elsewhere.
    """
    at = head_row(db).turn
    if at is None:
        raise NotFound("Nothing is told yet, so there is no memory to change.")
    if kind is RevisionKind.SHORT_TERM and target != at:
        raise SaveConflict("The story was moved on elsewhere; nothing was written.", hint="Open the story again.")
    place, aim = place_of(db, at), place_of(db, target)
    if not lineage_of(db, place).holds(aim.segment, aim.depth):
        raise NotFound(f"Turn {aim.depth} is on another branch of this story.")
    (number,) = db.execute("SELECT coalesce(max(id), 0) + 1 FROM revision").fetchone()
    row = RevisionRow(number, at, place.segment, place.depth, kind.value, target, codec.safe(text), now, 0)
    return codec.revision_of(insert(db, row))


def withdraw(db: sqlite3.Connection, revision: int, *, now: int) -> None:
    """Withdraw an edit. Raises NotFound."""
    row = row_of(db, RevisionRow, "WHERE id=? AND withdrawn=0", (revision,))
    if row is None:
        raise NotFound("There is no such change to take back.")
    codec.revision_of(row)
    insert(db, row._replace(withdrawn=now), replace=True)


def in_force(db: sqlite3.Connection, lineage: Lineage) -> tuple[Revision, ...]:
    """Edits made on a path and not withdrawn, oldest first."""
    rest = "WHERE segment=? AND depth<=? AND withdrawn=0"
    rows = [row for pair in lineage.segments for row in rows_of(db, RevisionRow, rest, pair)]
    return tuple(codec.revision_of(row) for row in sorted(rows))


def bookmark(db: sqlite3.Connection, name: str, *, now: int) -> Bookmark:
    """Bookmark the head; an existing bookmark of that name moves here.

    Raises:
        NotFound: no turn has been told yet.
        SaveError: the name is empty.
    """
    at, name = head_row(db).turn, clean_line(name, limit=80)
    if at is None:
        raise NotFound("Nothing is told yet, so there is no place to name.")
    if not name:
        raise SaveError("A bookmark needs a name.")
    db.execute("DELETE FROM bookmark WHERE name=?", (name,))
    (number,) = db.execute("SELECT coalesce(max(id), 0) + 1 FROM bookmark").fetchone()
    return _bookmark_of(insert(db, BookmarkRow(number, name, at, now)))


def bookmarks(db: sqlite3.Connection) -> tuple[Bookmark, ...]:
    """All bookmarks, oldest first."""
    return tuple(_bookmark_of(row) for row in rows_of(db, BookmarkRow, "ORDER BY id"))


def _bookmark_of(row: BookmarkRow) -> Bookmark:
    if not whole(row):
        raise SaveDamaged("A bookmark of this story is damaged.")
    return Bookmark(codec.safe(row.name), TurnId(row.turn), row.created)
