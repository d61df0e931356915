"""Export and import of saves: export strips private data, import trusts nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from fiction.errors import SaveDamaged, SaveError
from fiction.saves import codec
from fiction.saves.creation import laying_down
from fiction.saves.failures import translated
from fiction.saves.files import check_header, check_tables, connect, make_private, read_header, sync_folder
from fiction.saves.graft import Graft
from fiction.saves.leftovers import IMPORTING
from fiction.saves.migrations import STEPS
from fiction.saves.rows import (
    BookmarkRow,
    PackRow,
    RevisionRow,
    SnapshotRow,
    StoryRow,
    TurnRow,
    VectorRow,
    insert,
    row_of,
    rows_of,
)
from fiction.saves.tree import head_row
from fiction.saves.upgrade import keep_copy, upgrade
from fiction.saves.verify import problems

LARGEST = 512 << 20
"""Bytes of an imported file: about 80,000 turns."""
PATIENCE = 2_000
"""Most steps of SQLite for an imported file, in units of 100,000: under a minute."""


def export(db: sqlite3.Connection, target: Path) -> None:
    """Write a copy of an open save to `target`, for others.

    Left out are the pending choice and everything in the reader's profile except name, pronouns, who they are,
    language, level and length, which the story needs.

    Raises:
        SaveDamaged: the save is damaged.
        sqlite3.Error, OSError: the target can't be written; an existing file is unchanged.
    """
    if found := problems(db):
        raise SaveDamaged(found[0])
    rough = target.with_name(f".{target.name}.new")
    make_private(rough)
    try:
        db.execute("VACUUM INTO ?", (str(rough),))
        with closing(connect(rough, "write")) as copy:
            _strip(copy)
        rough.replace(target)
    finally:
        rough.unlink(missing_ok=True)
    sync_folder(target.parent)


def _strip(db: sqlite3.Connection) -> None:
    """Delete private data, and overwrite it in the file."""
    db.execute("PRAGMA secure_delete=ON")
    db.execute("BEGIN IMMEDIATE")
    db.execute("DELETE FROM pending")
    row = row_of(db, StoryRow)
    if row is not None:
        reader = replace(codec.READER.decode(row.reader), likes=(), lines=(), veils=(), leanings=())
        insert(db, row._replace(reader=codec.READER.encode(reader)), replace=True)
    db.execute("COMMIT")


def take_in(path: Path, into: Path) -> int:
    """Import a save into a new one at `into`, value by value; returns the number of turns.

    Raises:
        NotFound: there is no such file.
        SaveTooNew: a later version made it.
        SaveDamaged: it is no save, holds more than a save, or is damaged; no file is made.
    """
    with _inspected(path, beside=into) as source, translated(path.stem), laying_down(into) as db:
        graft = Graft(db)
        story, pack = row_of(source, StoryRow), row_of(source, PackRow)
        if story is None or pack is None:
            raise SaveDamaged(f"{path.stem} does not say what story it holds.")
        graft.story(story, pack, uuid=uuid4().hex)
        for row in _each_turn(source):
            graft.turn(row, parent=row.parent)
        head = head_row(source)
        graft.head(head.turn, updated=head.updated)
        for revision in rows_of(source, RevisionRow):
            graft.revision(revision)
        for bookmark in rows_of(source, BookmarkRow):
            graft.bookmark(bookmark)
        for snapshot in rows_of(source, SnapshotRow):
            graft.snapshot(snapshot)
        for vector in rows_of(source, VectorRow):
            graft.vector(vector)
        return len(graft)


def _each_turn(db: sqlite3.Connection) -> Iterator[TurnRow]:
    last = 0
    while rows := rows_of(db, TurnRow, "WHERE id>? ORDER BY id LIMIT 200", (last,)):
        last = rows[-1].id
        yield from rows


@contextmanager
def _inspected(path: Path, *, beside: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a file verified as a whole save; an older format is upgraded in a copy."""
    name = path.stem
    with translated(name), TemporaryDirectory(prefix=IMPORTING, dir=beside.parent) as folder:
        if path.is_symlink() or not path.is_file():
            path.stat()
            raise SaveError(f"{name} is not a file.")
        if path.stat().st_size > LARGEST:
            raise SaveError(f"{name} is larger than {LARGEST >> 20} MB, which no story needs.")
        header = read_header(path)
        check_header(header, name)
        with closing(_guarded(path)) as db:
            check_tables(db, name, steps=STEPS[: header.version])
        copy = path
        if header.version < len(STEPS):
            copy = Path(folder) / path.name
            keep_copy(path, copy)
            upgrade(copy)
        with closing(_guarded(copy)) as db:
            if found := problems(db):
                raise SaveDamaged(f"{name} is not whole. {found[0]}")
            yield db


def _guarded(path: Path) -> sqlite3.Connection:
    db = connect(path, "frozen")
    steps = iter(range(PATIENCE))
    db.set_progress_handler(lambda: next(steps, None) is None, 100_000)
    return db
