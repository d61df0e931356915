"""A save whose file was moved, deleted or replaced during play: copied to a new file from the open connection."""

import sqlite3
from pathlib import Path

from fiction.saves.files import SUFFIX, make_private, sync_folder
from fiction.saves.names import unlike

Identity = tuple[int, int]
"""A file's device and inode: unchanged when it is renamed, different when another file takes its name."""


def identity(path: Path) -> Identity | None:
    """The identity of the file at a path; None if there is no file."""
    try:
        found = path.stat(follow_symlinks=False)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def write_anew(db: sqlite3.Connection, path: Path) -> Path:
    """Copy an open connection's database into a new save beside `path`, under a free name; returns its path.

    A file that is now at `path` stays untouched. Raises sqlite3.Error and OSError.
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
