"""Upgrading an older save to this version's format, in place, step by step; a copy of the old file stays beside it."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from fiction.errors import SaveError
from fiction.saves.failures import translated
from fiction.saves.files import connect, make_private, read_header, sync_folder
from fiction.saves.migrations import STEPS, Step


def upgrade(path: Path, *, steps: tuple[Step, ...] = STEPS) -> None:
    """Apply the missing migrations. The caller holds the story's lock and has checked the header.

    Each migration is one transaction, the format's number included: after any failure the file is whole and in one
    format, and the next opening continues from there.

    Raises:
        SaveError: a migration failed.
    """
    if read_header(path).version >= len(steps):
        return
    with translated(path.stem):
        with closing(connect(path, "write")) as db:
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()  # rolls back a killed process's journal
        version = read_header(path).version
        keep_copy(path, path.with_name(f"{path.name}.v{version}.bak"))
        with closing(connect(path, "write")) as db:
            db.execute("PRAGMA foreign_keys=OFF")
            for number in range(version, len(steps)):
                take(db, steps[number], number + 1, path.stem)


def take(db: sqlite3.Connection, step: Step, version: int, name: str) -> None:
    """Apply one migration in one transaction.

    Raises:
        SaveError: it failed; the file is unchanged.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        step(db)
        if db.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise SaveError(f"{name} could not be brought to format {version}; it is as it was.")
        db.execute(f"PRAGMA user_version={version}")
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def keep_copy(path: Path, copy: Path) -> None:
    """Copy a file that no process is writing, durably, completely or not at all."""
    rough = copy.with_name(f".{copy.name}.new")
    make_private(rough)
    with path.open("rb") as source, rough.open("wb") as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())
    rough.replace(copy)
    sync_folder(copy.parent)
