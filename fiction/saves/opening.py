"""Opening a save: lock, header, upgrade, and checks of its tables and of the turns near the head."""

import sqlite3
from pathlib import Path

from fiction.errors import SaveDamaged
from fiction.saves.failures import mend, translated
from fiction.saves.files import Mode, asked_header, check_header, check_tables, connect, read_header
from fiction.saves.lock import StoryLock
from fiction.saves.migrations import STEPS, Step
from fiction.saves.rows import PackRow, StoryRow, row_of, whole
from fiction.saves.salvage import Wreck
from fiction.saves.tree import head_row, path_rows
from fiction.saves.upgrade import upgrade

CHECKED = 20
"""Number of turns before the head that are checked on opening; the others are checked when they are read."""


def open_for_play(path: Path, *, steps: tuple[Step, ...] = STEPS) -> tuple[sqlite3.Connection, StoryLock]:
    """A checked connection and the story's lock, which the caller releases.

    Raises:
        SaveBusy, SaveTooNew, SaveDamaged, SaveError, sqlite3.Error, OSError
    """
    path.stat()
    lock = StoryLock(path)
    try:
        _check_beginning(path, newest=len(steps))
        upgrade(path, steps=steps)
        return _checked(path, "write", steps), lock
    except BaseException:
        lock.release()
        raise


def open_to_read(path: Path) -> sqlite3.Connection:
    """A checked read-only connection; needs no lock and leaves no files beside the save."""
    path.stat()
    return _checked(path, "read", STEPS)


def _checked(path: Path, mode: Mode, steps: tuple[Step, ...]) -> sqlite3.Connection:
    db: sqlite3.Connection | None = None
    try:
        with translated(path.stem):
            db = connect(path, mode)
            check_header(asked_header(db), path.stem, newest=len(steps))
            check_tables(db, path.stem, steps=steps)
            _check_head(db)
            return db
    except BaseException as error:
        if db is not None:
            db.close()
        if isinstance(error, SaveDamaged):
            raise _counted(path, error) from error
        raise


def _check_beginning(path: Path, *, newest: int) -> None:
    try:
        check_header(read_header(path), path.stem, newest=newest)
    except SaveDamaged as error:
        raise _counted(path, error) from error


def _check_head(db: sqlite3.Connection) -> None:
    story, head = row_of(db, StoryRow), head_row(db).turn
    if story is None or not whole(story):
        raise SaveDamaged("What this save says about its story is damaged.")
    for row in [] if head is None else path_rows(db, head, CHECKED):
        if not whole(row):
            raise SaveDamaged(f"Turn {row.depth} of this story is damaged.")


def _counted(path: Path, error: SaveDamaged) -> SaveDamaged:
    """The error with the number of turns that `repair` can recover."""
    with Wreck(path) as wreck:
        turns, beginning = sum(1 for _ in wreck.turns()), wreck.rows(PackRow)
    if not turns:
        none = f"No turn in it is whole; `fiction saves delete {path.stem}` removes it."
        return error if beginning else SaveDamaged(error.message, hint=none)
    plural = "turn is" if turns == 1 else "turns are"
    return SaveDamaged(f"{error.message} {turns} {plural} whole.", hint=mend(path.stem))
