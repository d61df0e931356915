"""A save whose file was moved, deleted or replaced while it is played: written anew, from what is still open."""

import os
import sqlite3
from pathlib import Path

from fiction.saves.files import SUFFIX, make_private, sync_folder
from fiction.saves.names import unlike

Identity = tuple[int, int]
"""Device and number of a file: what stays when its name goes, and differs when another takes it."""


def identity(path: Path) -> Identity | None:
    """Which file lies at a path; None where there is none."""
    try:
        found = os.stat(path, follow_symlinks=False)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def write_anew(db: sqlite3.Connection, path: Path) -> Path:
    """Copy all that an open connection reads into a new save beside `path`, under a name that is free; returns it.

    Whatever lies at `path` by now stays as it is. Raises what sqlite3 and the system raise.
    """
    folder = path.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    taken = (each.stem for each in folder.iterdir() if each.suffix == SUFFIX)
    anew = folder / f"{unlike(path.stem, taken)}{SUFFIX}"
    rough = anew.with_name(f".{anew.name}.new")
    make_private(rough)
    try:
        db.execute("VACUUM INTO ?", (str(rough),))
        rough.replace(anew)
    except BaseException:
        rough.unlink(missing_ok=True)
        raise
    sync_folder(folder)
    return anew
