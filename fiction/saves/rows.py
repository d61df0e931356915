"""The tables of a save as typed rows. Every row ends with a CRC-32 of its other columns.

SQLite's own `integrity_check` finds about one in a hundred flipped bits; a checksum in every row finds the rest.
The order of the fields is the order of the columns in `migrations`.
"""

import sqlite3
import zlib
from typing import NamedTuple, TypeVar


class StoryRow(NamedTuple):
    """The story's record; one row, id 1."""

    id: int
    uuid: str
    title: str
    world_id: str
    world_version: str
    world_title: str
    created: int
    settings: str
    """JSON of StorySettings."""
    reader: str
    """JSON of ReaderProfile."""
    crc: int = 0


class PackRow(NamedTuple):
    """The text of the world pack at the story's beginning; one row, id 1."""

    id: int
    text: str
    crc: int = 0


class HeadRow(NamedTuple):
    """The head, the reader's current turn; one row, id 1."""

    id: int
    turn: int | None
    updated: int
    """Unix time in milliseconds of the last passage or choice."""
    crc: int = 0


class PendingRow(NamedTuple):
    """A saved choice without a turn yet; one row, id 1, or none."""

    id: int
    choice: str
    """JSON of Choice."""
    created: int
    crc: int = 0


class SegmentRow(NamedTuple):
    """An unforked run of turns."""

    id: int
    parent: int | None
    """The segment it forked from; None if it begins the story."""
    fork_depth: int
    """Depth of the turn it forked from; 0 if it begins the story."""
    crc: int = 0


class TurnRow(NamedTuple):
    """One turn. Small columns come first, so that searching reads little of the file."""

    id: int
    parent: int | None
    depth: int
    segment: int
    created: int
    stage: str
    importance: int
    plain: int
    title: str
    storyteller: str
    ending: str
    passage: str
    choice: str
    recalled: str
    told_findings: str
    memory: str
    rationale: str
    plans: str
    ledger_ops: str
    findings: str
    """Findings of the reflection; those of the passage are in `told_findings`."""
    usage: str
    state: str
    crc: int = 0


class RevisionRow(NamedTuple):
    """A reader's edit of a memory."""

    id: int
    made_at: int
    segment: int
    depth: int
    """With `segment`: the position of the turn where it was made."""
    kind: str
    target: int
    text: str
    created: int
    withdrawn: int
    """Unix time in milliseconds of the withdrawal; 0 if in force."""
    crc: int = 0


class BookmarkRow(NamedTuple):
    """A bookmark."""

    id: int
    name: str
    turn: int
    created: int
    crc: int = 0


class SnapshotRow(NamedTuple):
    """The ledger after a turn, so that a fold needs few turns. Derived data: a damaged row is skipped."""

    segment: int
    depth: int
    turn: int
    ledger: str
    crc: int = 0


class VectorRow(NamedTuple):
    """A turn's vector by one embedder. Derived data."""

    turn: int
    model: str
    vector: bytes
    """Little-endian float16."""
    crc: int = 0


SealedRow = (
    StoryRow
    | PackRow
    | HeadRow
    | PendingRow
    | SegmentRow
    | TurnRow
    | RevisionRow
    | BookmarkRow
    | SnapshotRow
    | VectorRow
)
R = TypeVar(
    "R",
    StoryRow,
    PackRow,
    HeadRow,
    PendingRow,
    SegmentRow,
    TurnRow,
    RevisionRow,
    BookmarkRow,
    SnapshotRow,
    VectorRow,
)

TABLES: dict[type[SealedRow], str] = {
    StoryRow: "story",
    PackRow: "pack",
    SegmentRow: "segment",
    TurnRow: "turn",
    HeadRow: "head",
    PendingRow: "pending",
    RevisionRow: "revision",
    BookmarkRow: "bookmark",
    SnapshotRow: "snapshot",
    VectorRow: "vector",
}
"""In an order for copying: no row refers to a later table."""

_SELECT = {kind: f"SELECT {','.join(kind._fields)} FROM {table}" for kind, table in TABLES.items()}  # noqa: S608


def checksum(row: SealedRow) -> int:
    """CRC-32 of all columns but the last, each with its type and length, so that shifted values differ."""
    crc = 0
    for value in row[:-1]:
        data = value if isinstance(value, bytes) else str(value).encode()
        crc = zlib.crc32(b"%s%d:" % (type(value).__name__.encode(), len(data)) + data, crc)
    return crc


def seal(row: R) -> R:
    """The row with its checksum."""
    return row._replace(crc=checksum(row))


def whole(row: SealedRow) -> bool:
    """Whether the checksum matches. A row with invalid Unicode is never whole."""
    try:
        return checksum(row) == row.crc
    except UnicodeEncodeError:
        return False


def insert(db: sqlite3.Connection, row: R, *, replace: bool = False) -> R:
    """Write a row with its checksum; returns the sealed row."""
    sealed = seal(row)
    marks = ",".join("?" * len(sealed))
    verb = "REPLACE" if replace else "INSERT"
    db.execute(f"{verb} INTO {TABLES[type(row)]} VALUES({marks})", sealed)
    return sealed


def replace_turn(db: sqlite3.Connection, row: TurnRow) -> None:
    """Update a turn in place: REPLACE would delete a row that others refer to."""
    names = ",".join(f"{name}=?" for name in row._fields)
    db.execute(f"UPDATE turn SET {names} WHERE id=?", (*seal(row), row.id))  # noqa: S608 - names from this module


def select(kind: type[SealedRow]) -> str:
    """The SELECT statement for a table, with columns in the order of the row's fields."""
    return _SELECT[kind]


def rows_of(db: sqlite3.Connection, kind: type[R], rest: str = "", values: tuple[object, ...] = ()) -> list[R]:
    """Rows of a table, whole or not; `rest` is the SQL after FROM (constants of this package only).

    Fetched all at once: a half-read statement would block writers.
    """
    return [kind._make(row) for row in db.execute(f"{select(kind)} {rest}", values).fetchall()]


def row_of(db: sqlite3.Connection, kind: type[R], rest: str = "", values: tuple[object, ...] = ()) -> R | None:
    """The first row of `rows_of`, or None."""
    rows = rows_of(db, kind, f"{rest} LIMIT 1", values)
    return rows[0] if rows else None


def count_torn(db: sqlite3.Connection, kind: type[SealedRow]) -> int:
    """The number of damaged rows in a table."""
    return sum(not whole(kind(*row)) for row in db.execute(select(kind)))
