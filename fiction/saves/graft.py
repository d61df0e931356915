"""Copying rows of another file into a new save. Ids stay; segments and depths of turns are computed anew."""

import sqlite3

from fiction.saves import renewal, tree
from fiction.saves.rows import (
    BookmarkRow,
    HeadRow,
    PackRow,
    PendingRow,
    RevisionRow,
    SegmentRow,
    SnapshotRow,
    StoryRow,
    TurnRow,
    VectorRow,
    insert,
)
from fiction.saves.tree import TreePosition
from fiction.text.sanitise import clean


class Graft:
    """Inserts rows, turns in the order of their ids; rows of unknown turns are skipped.

    Every method raises SaveDamaged for an invalid value.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._places: dict[int, TreePosition] = {}
        self._with_child: set[int] = set()
        self._segments = 0
        self._revisions = 0
        self._bookmarks = 0

    def __contains__(self, turn: object) -> bool:
        return turn in self._places

    def __len__(self) -> int:
        return len(self._places)

    def story(self, row: StoryRow, pack: PackRow, *, uuid: str) -> None:
        """The story's record, under a new uuid."""
        insert(self._db, renewal.story(row, uuid=uuid))
        insert(self._db, pack._replace(text=clean(pack.text)))

    def turn(self, row: TurnRow, *, parent: int | None) -> None:
        """A turn; its `parent` has been inserted already."""
        renewed = renewal.turn(row)
        place = self._place(row.id, None if parent is None else self._places[parent])
        insert(self._db, renewed._replace(parent=parent, depth=place.depth, segment=place.segment))
        self._places[row.id] = place

    def _place(self, turn: int, parent: TreePosition | None) -> TreePosition:
        if parent is not None and parent.id not in self._with_child:
            self._with_child.add(parent.id)
            return TreePosition(turn, parent.segment, parent.depth + 1)
        self._segments += 1
        depth = 0 if parent is None else parent.depth
        insert(self._db, SegmentRow(self._segments, None if parent is None else parent.segment, depth))
        return TreePosition(turn, self._segments, depth + 1)

    def head(self, turn: int | None, *, updated: int) -> None:
        """The head; `redo` leads to it from every turn on its path."""
        insert(self._db, HeadRow(1, turn, renewal.moment(updated)))
        if turn is not None:
            tree.lead_to(self._db, tree.lineage_of(self._db, self._places[turn]))

    def pending(self, row: PendingRow) -> None:
        """A saved choice without a turn yet."""
        insert(self._db, renewal.pending(row))

    def revision(self, row: RevisionRow) -> None:
        """An edit of a memory by the reader."""
        at = self._places.get(row.made_at)
        if at is not None and row.target in self._places:
            self._revisions += 1
            insert(
                self._db,
                renewal.revision(row)._replace(id=self._revisions, segment=at.segment, depth=at.depth),
            )

    def bookmark(self, row: BookmarkRow) -> None:
        """A bookmark."""
        renewed = renewal.bookmark(row)
        if row.turn in self._places and renewed.name:
            self._bookmarks += 1
            insert(self._db, renewed._replace(id=self._bookmarks), replace=True)

    def snapshot(self, row: SnapshotRow) -> None:
        """The ledger after a turn."""
        at = self._places.get(row.turn)
        if at is not None:
            insert(self._db, renewal.snapshot(row)._replace(segment=at.segment, depth=at.depth), replace=True)

    def vector(self, row: VectorRow) -> None:
        """A turn's vector; invalid ones are skipped."""
        renewed = renewal.vector(row)
        if renewed is not None and row.turn in self._places:
            insert(self._db, renewed, replace=True)
