"""The full check of a save: SQLite's integrity check, every row's checksum, and the links of the tree."""

import sqlite3

from fiction.saves.rows import TABLES, SegmentRow, TurnRow, count_torn, rows_of, whole

MOST = 20
"""The most problems of one kind that are listed."""

LARGEST_ID = 1 << 40
"""The largest id of a turn; beyond it a hostile file could leave no ids for new turns."""

_BATCH = 500


def problems(db: sqlite3.Connection) -> list[str]:
    """All faults, as sentences; empty for a whole save."""
    found = [
        f"The file's structure is damaged: {line}"
        for (line,) in db.execute(f"PRAGMA integrity_check({MOST})").fetchall()
        if line != "ok"
    ]
    found += [
        f"Row {row} of {table} points to something that is not there."
        for table, row, *_ in db.execute("PRAGMA foreign_key_check").fetchmany(MOST)
    ]
    for kind, table in TABLES.items():
        if kind is not TurnRow and (torn := count_torn(db, kind)):
            found.append(f"{torn} of the rows of {table} are damaged.")
    return found + _torn_turns(db) + _tree(db)


def _torn_turns(db: sqlite3.Connection) -> list[str]:
    found: list[str] = []
    last = 0
    while rows := rows_of(db, TurnRow, "WHERE id>? ORDER BY id LIMIT ?", (last, _BATCH)):
        last = rows[-1].id
        found += [f"Turn {row.depth} (number {row.id}) is damaged." for row in rows if not whole(row)]
    return found[:MOST]


def _tree(db: sqlite3.Connection) -> list[str]:
    """Turns that neither continue their parent's segment nor fork from it, or are not one deeper than the parent."""
    segments = {row.id: row for row in rows_of(db, SegmentRow)}
    places: dict[int, tuple[int | None, int]] = {}
    found: list[str] = []
    for turn, parent, depth, segment in db.execute("SELECT id, parent, depth, segment FROM turn ORDER BY id"):
        above = (None, 0) if parent is None else places.get(parent)
        row = segments.get(segment)
        forks = row is not None and (row.parent, row.fork_depth) == above
        places[turn] = (segment, depth)
        if above is None or depth != above[1] + 1 or not (forks or above[0] == segment) or not 0 < turn < LARGEST_ID:
            found.append(f"Turn {depth} (number {turn}) does not follow from the one before it.")
    head = db.execute("SELECT turn FROM head").fetchone()
    if head is None or (head[0] is not None and head[0] not in places):
        found.append("The save has lost its place in the story.")
    return found[:MOST]
