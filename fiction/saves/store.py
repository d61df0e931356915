"""One story's save, open for play: `engine.ports.SaveStore` on a single SQLite file.

Rollback journal, `synchronous=EXTRA`, one transaction a call: when a method returns, its change is on disk. Turns are
never deleted; undo and branches only move the head.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from fiction.errors import SaveConflict, SaveDamaged, SaveError
from fiction.saves import codec, marks, tree
from fiction.saves.archive import SaveArchive
from fiction.saves.creation import lay_down
from fiction.saves.failures import translated
from fiction.saves.lock import StoryLock
from fiction.saves.moved import identity, write_anew
from fiction.saves.opening import open_for_play, open_to_read
from fiction.saves.reading import ledger_at, memories_of, turns_of
from fiction.saves.rows import (
    PackRow,
    PendingRow,
    SnapshotRow,
    StoryRow,
    VectorRow,
    insert,
    replace_turn,
    row_of,
    whole,
)
from fiction.saves.transfer import export
from fiction.saves.verify import problems
from fiction.saves.writing import completed, told
from fiction.story.ledger import Ledger
from fiction.story.memory import Embedding, Lineage, Memory, Revision, RevisionKind, TurnId
from fiction.story.plan import Choice
from fiction.story.reader import ReaderProfile, StoryRecord, StorySettings
from fiction.story.turn import Bookmark, Draft, Finding, Reflection, Stage, Turn
from fiction.text.sanitise import clean_line


class SaveFile:
    """An open save, from `create` or `open`; usable from any thread, one call at a time."""

    def __init__(self, path: Path, db: sqlite3.Connection, lock: StoryLock | None) -> None:
        self._path = path
        self._db = db
        self._lock = lock
        self._identity = identity(path)
        self._turnstile = threading.RLock()
        self._story: StoryRecord | None = None

    @classmethod
    def create(cls, path: Path, story: StoryRecord) -> "SaveFile":
        """A new save, open for play.

        Raises:
            SaveExists: the name is taken.
            SaveBusy: another process is creating it.
            SaveError: the file can't be created.
        """
        with translated(path.stem):
            lock = StoryLock(path)
            try:
                lay_down(path, story)
            finally:
                lock.release()
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> "SaveFile":
        """Open a save; an older format is upgraded first, with a copy kept as `NAME.fiction.v1.bak`.

        Raises:
            NotFound: there is no such file.
            SaveBusy: another process plays it.
            SaveTooNew: a later version made it.
            SaveDamaged: it is damaged near the head.
            SaveError: it can't be opened; pass `read_only` if it can't be written.
        """
        with translated(path.stem):
            if read_only:
                return cls(path, open_to_read(path), None)
            return cls(path, *open_for_play(path))

    @property
    def name(self) -> str:
        """The file's name without its ending; changes if the file is moved, deleted or replaced during play."""
        return self._path.stem

    @property
    def file(self) -> Path:
        """Path of the file."""
        return self._path

    @property
    def read_only(self) -> bool:
        """Whether it is open for reading only: then every change raises SaveError."""
        return self._lock is None

    @property
    def story(self) -> StoryRecord:
        """The story's record: title, world, reader and settings."""
        with self._reading() as db:
            updated = tree.head_row(db).updated
            if self._story is None:
                story, pack = row_of(db, StoryRow), row_of(db, PackRow)
                if story is None or pack is None:
                    raise SaveDamaged("What this save says about its story is lost.")
                self._story = codec.record_of(story, pack, updated=updated)
            return replace(self._story, updated=updated)

    def rename(self, title: str) -> None:
        """Change the story's title; the file name stays."""
        if not (title := clean_line(title)):
            raise SaveError("A story needs a title.")
        self._describe(replace(self.story, title=title))

    def configure(self, settings: StorySettings, reader: ReaderProfile) -> None:
        """Change the story's settings or its reader."""
        self._describe(replace(self.story, settings=settings, reader=reader))

    def _describe(self, story: StoryRecord) -> None:
        row, _ = codec.rows_of_record(story)
        with self._writing() as db:
            insert(db, row, replace=True)
        self._story = None

    # --- the tree ---

    def head(self) -> Turn | None:
        """The reader's current turn; None before the first."""
        with self._reading() as db:
            at = tree.head_row(db).turn
            return None if at is None else _turn(db, at)

    def turn(self, turn: TurnId) -> Turn:
        """One turn. Raises NotFound."""
        with self._reading() as db:
            return _turn(db, turn)

    def path(self, turn: TurnId, count: int) -> tuple[Turn, ...]:
        """The last `count` turns up to and including `turn`, oldest first."""
        with self._reading() as db:
            return turns_of(db, tree.path_rows(db, turn, count))

    def children(self, turn: TurnId | None) -> tuple[Turn, ...]:
        """The turns told after `turn`, in order of telling; the first turns for None."""
        with self._reading() as db:
            return turns_of(db, tree.child_rows(db, turn))

    def lineage(self, turn: TurnId) -> Lineage:
        """The path to `turn` as segments, the nearest first."""
        with self._reading() as db:
            return tree.lineage_of(db, tree.place_of(db, turn))

    def forward(self, turn: TurnId) -> TurnId | None:
        """The child for `redo`: the one last visited; None at a leaf."""
        with self._reading() as db:
            child = tree.redo_of(db, tree.place_of(db, turn))
            return None if child is None else TurnId(child)

    def ledger_before(self, turn: TurnId) -> tuple[Ledger, tuple[Turn, ...]]:
        """The nearest ledger snapshot at or before `turn`, and the later turns up to and including it, oldest first."""
        with self._reading() as db:
            return ledger_at(db, turn)

    # --- making turns ---

    def choose(self, choice: Choice) -> None:
        """Save the reader's choice, before its turn is told."""
        text = codec.CHOICE.encode(choice)
        with self._writing() as db:
            insert(db, PendingRow(1, text, _now()), replace=True)

    def pending(self) -> Choice | None:
        """The saved choice, if it has no turn yet."""
        with self._reading() as db:
            row = row_of(db, PendingRow)
            if row is not None and not whole(row):
                raise SaveDamaged("What the reader last decided is damaged.")
            return None if row is None else codec.CHOICE.decode(row.choice)

    def tell(self, parent: TurnId | None, draft: Draft, *, head: TurnId | None) -> Turn:
        """Append a told turn after `parent`, move the head to it, and clear the pending choice, in one transaction.

        `head` is the head expected by the caller: `parent`, or another turn for a retry.

        Raises:
            SaveConflict: the head is elsewhere; nothing was written.
        """
        with self._writing() as db:
            above = None if parent is None else tree.turn_row(db, parent)
            place = tree.new_place(db, None if parent is None else tree.place_of(db, parent))
            row = insert(db, told(place, above, draft, now=_now()))
            tree.set_head(db, row.id, expected=head, now=row.created)
            if head != parent:
                tree.lead_to(db, tree.lineage_of(db, place))
            db.execute("DELETE FROM pending")
        return codec.turn_of(row)

    def complete(
        self,
        turn: TurnId,
        reflection: Reflection,
        *,
        findings: tuple[Finding, ...] = (),
        embedding: Embedding | None = None,
        ledger: Ledger | None = None,
    ) -> Turn:
        """Write a reflection (memory, plans, ledger operations) into a told turn, in one transaction.

        A turn with general plans may be completed once more, as long as it has no children.

        Raises:
            NotFound: there is no such turn.
            SaveConflict: it is already complete.
        """
        with self._writing() as db:
            row = tree.turn_row(db, turn)
            if not _waits(db, codec.turn_of(row)):
                raise SaveConflict(f"Turn {row.depth} is complete already; nothing was written.")
            replace_turn(db, completed(row, reflection, findings))
            db.execute("DELETE FROM snapshot WHERE turn=?", (turn,))
            if ledger is not None:
                insert(db, SnapshotRow(row.segment, row.depth, row.id, codec.LEDGER.encode(ledger)))
            if embedding is not None:
                insert(db, VectorRow(row.id, embedding.model, embedding.vector), replace=True)
            return _turn(db, turn)

    def move(self, to: TurnId, *, expected: TurnId | None) -> Turn:
        """Move the head; the turn it leaves is remembered for `forward`. Raises NotFound and SaveConflict."""
        with self._writing() as db:
            place = tree.place_of(db, to)
            tree.set_head(db, to, expected=expected, now=_now())
            tree.lead_to(db, tree.lineage_of(db, place))
            return _turn(db, to)

    # --- edits and bookmarks ---

    def revise(self, kind: RevisionKind, target: TurnId, text: str = "") -> Revision:
        """Add a reader's edit of a memory, made at the head. Raises NotFound for a memory on another branch."""
        with self._writing() as db:
            return marks.revise(db, kind, target, text, now=_now())

    def withdraw(self, revision: int) -> None:
        """Withdraw an edit. Raises NotFound."""
        with self._writing() as db:
            marks.withdraw(db, revision, now=_now())

    def revisions(self, lineage: Lineage) -> tuple[Revision, ...]:
        """Edits in force on a path, oldest first."""
        with self._reading() as db:
            return marks.in_force(db, lineage)

    def memories(self, lineage: Lineage, *, search: str = "", limit: int = 200, before: int = 0) -> tuple[Memory, ...]:
        """Unrevised memories of a path, newest first: with every word of `search`, and above the depth `before`."""
        with self._reading() as db:
            return memories_of(db, lineage, search=search, limit=limit, before=before)

    def bookmark(self, name: str) -> Bookmark:
        """Bookmark the head; an existing bookmark of that name moves here. Raises NotFound before the first turn."""
        with self._writing() as db:
            return marks.bookmark(db, name, now=_now())

    def bookmarks(self) -> tuple[Bookmark, ...]:
        """All bookmarks, oldest first."""
        with self._reading() as db:
            return marks.bookmarks(db)

    # --- the file ---

    def archive(self) -> SaveArchive:
        """A second connection to the file for an index, usable from another thread."""
        return SaveArchive(self._path, self.story.uuid, writable=not self.read_only, turnstile=self._turnstile)

    def verify(self) -> list[str]:
        """All faults of the file, as sentences; reads all of it (about 0.3 s at 10,000 turns)."""
        with self._reading() as db:
            return problems(db)

    def export(self, target: Path) -> None:
        """Write a copy for others to `target`, without private data. Raises SaveDamaged."""
        with self._reading() as db:
            export(db, target)

    def close(self) -> None:
        """Close the file and release its lock. Idempotent."""
        with self._turnstile:
            self._db.close()
            if self._lock is not None:
                self._lock.release()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._turnstile, translated(self.name):
            yield self._db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        if self.read_only:
            raise SaveError(f"{self.name} was opened for reading only.")
        with self._turnstile, translated(self.name):
            if identity(self._path) != self._identity:
                self._take_another_file()
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def _take_another_file(self) -> None:
        """Continue in a new file under a free name, after the open one was moved, deleted or replaced."""
        anew = write_anew(self._db, self._path)
        if self._lock is not None:
            self._lock.release()  # the new file may have the old name, and so the same lock
        db, lock = open_for_play(anew)
        self._db.close()
        self._path, self._db, self._lock, self._identity = anew, db, lock, identity(anew)


def _turn(db: sqlite3.Connection, turn: int) -> Turn:
    return turns_of(db, [tree.turn_row(db, turn)])[0]


def _waits(db: sqlite3.Connection, turn: Turn) -> bool:
    return turn.stage is Stage.TOLD or (turn.plain and not tree.child_rows(db, turn.id))


def _now() -> int:
    return int(time.time() * 1000)
