"""Reads turns, memories and the ledger from a connection."""

import sqlite3
from collections.abc import Sequence
from itertools import pairwise

from fiction.errors import SaveDamaged
from fiction.saves import codec
from fiction.saves.rows import RevisionRow, TurnRow, rows_of
from fiction.saves.tree import lineage_of, nearest_snapshot, path_rows, place_of
from fiction.story.ledger import Ledger
from fiction.story.memory import Lineage, Memory
from fiction.story.turn import Turn
from fiction.text.folding import fold


def turns_of(db: sqlite3.Connection, rows: Sequence[TurnRow]) -> tuple[Turn, ...]:
    """The turns in rows, with short-term memories as edited by the reader.

    Raises:
        SaveDamaged: a row is damaged.
    """
    if not rows:
        return ()
    ids = [row.id for row in rows]
    rest = "WHERE made_at BETWEEN ? AND ? AND kind='short_term' AND withdrawn=0 ORDER BY id"
    edits = [codec.revision_of(row) for row in rows_of(db, RevisionRow, rest, (min(ids), max(ids)))]
    latest = {int(edit.made_at): edit.text for edit in edits}
    return tuple(codec.turn_of(row, revised=latest.get(row.id)) for row in rows)


def memories_of(
    db: sqlite3.Connection, lineage: Lineage, *, search: str, limit: int, before: int
) -> tuple[Memory, ...]:
    """Memories of a path's turns, newest first; every word of `search` must be in the title or the passage."""
    words = fold(search).split()
    db.create_function("holds_words", 2, lambda title, passage: _holds(words, title, passage), deterministic=True)
    rest = "WHERE segment=? AND depth<=? AND (?=0 OR holds_words(title, passage)) ORDER BY depth DESC LIMIT ?"
    found: list[Memory] = []
    for segment, deepest in sorted(lineage.segments, key=lambda pair: -pair[1]):
        if len(found) >= limit:
            break
        bound = min(deepest, before - 1) if before else deepest
        rows = rows_of(db, TurnRow, rest, (segment, bound, len(words), limit - len(found)))
        found += [codec.memory_of(row) for row in rows]
    if not words and _has_gap(found, limit):
        raise SaveDamaged("Some turns of this story can't be found any more.")
    return tuple(found)


def _has_gap(found: list[Memory], limit: int) -> bool:
    """Whether the memories, newest first, skip a depth, or end below the limit without reaching the first turn."""
    depths = [memory.depth for memory in found]
    ends_early = bool(depths) and len(depths) < limit and depths[-1] != 1
    return ends_early or any(above - below != 1 for above, below in pairwise(depths))


def _holds(words: list[str], title: str, passage: str) -> bool:
    text = fold(f"{title}\n{passage}")
    return all(word in text for word in words)


def ledger_at(db: sqlite3.Connection, turn: int) -> tuple[Ledger, tuple[Turn, ...]]:
    """The nearest ledger snapshot at or before a turn, and the later turns up to and including it, oldest first."""
    place = place_of(db, turn)
    row = nearest_snapshot(db, lineage_of(db, place))
    ledger = Ledger() if row is None else codec.LEDGER.decode(row.ledger)
    after = place.depth - (0 if row is None else row.depth)
    return ledger, turns_of(db, path_rows(db, turn, after))
