"""Creating a save's file: written completely under a temporary name, then renamed."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from fiction.errors import SaveExists
from fiction.saves.codec import rows_of_record
from fiction.saves.files import APPLICATION_ID, connect, make_private, sync_folder
from fiction.saves.migrations import STEPS, Step
from fiction.saves.rows import HeadRow, insert
from fiction.saves.upgrade import take
from fiction.story.reader import StoryRecord


def lay_down(path: Path, story: StoryRecord) -> None:
    """Create a save without turns at `path`. The caller holds its lock.

    Raises:
        SaveExists: the name is taken.
    """
    with laying_down(path) as db:
        record, pack = rows_of_record(story)
        insert(db, record)
        insert(db, pack)
        insert(db, HeadRow(1, None, story.updated or story.created or int(time.time() * 1000)))


@contextmanager
def laying_down(path: Path, *, steps: tuple[Step, ...] = STEPS) -> Iterator[sqlite3.Connection]:
    """An open transaction on a new save with empty tables; it appears at `path` when the block ends without error.

    Raises:
        SaveExists: the name is taken.
    """
    if path.exists() or path.is_symlink():
        raise SaveExists(f"There is a save called {path.stem} already.", hint="Choose another name.")
    rough = path.with_name(f".{path.name}.new")
    make_private(rough)
    try:
        with closing(connect(rough, "write")) as db:
            db.execute(f"PRAGMA application_id={APPLICATION_ID}")
            for number, step in enumerate(steps, start=1):
                take(db, step, number, path.stem)
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")
        rough.replace(path)
    except BaseException:
        rough.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
