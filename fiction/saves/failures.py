"""Errors of SQLite and the operating system as sentences for the reader."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from fiction.errors import NotFound, SaveBusy, SaveDamaged, SaveError

ROOM = "Make room on the disk and try again; everything up to the last turn is saved."


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Translate errors of sqlite3 and the system into the tree of `errors`.

    Raises:
        SaveError: with a sentence that names the save.
    """
    try:
        yield
    except SaveDamaged as error:
        raise (error if error.hint else SaveDamaged(error.message, hint=mend(name))) from error.__cause__
    except sqlite3.Error as error:
        raise from_sqlite(error, name) from error
    except (OverflowError, UnicodeError) as error:
        raise SaveDamaged(f"The save {name} is damaged.", hint=mend(name)) from error
    except OSError as error:
        raise from_system(error, name) from error


def mend(name: str) -> str:
    """The hint for a damaged save."""
    return f"`fiction saves repair {name}` copies every turn that is whole into a new save."


def from_sqlite(error: sqlite3.Error, name: str) -> SaveError:
    """The sentence for an SQLite error (https://sqlite.org/rescode.html)."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    if code == sqlite3.SQLITE_READONLY_DBMOVED:
        hint = "Try again: the story is then written anew, under another name."
        return SaveError(f"The file of {name} was moved, deleted or replaced by another program.", hint=hint)
    match code & 0xFF:
        case sqlite3.SQLITE_FULL:
            return SaveError(f"The disk is full, so {name} could not be written.", hint=ROOM)
        case sqlite3.SQLITE_IOERR:
            return SaveError(f"The disk did not take or give what belongs to {name}.", hint=ROOM)
        case sqlite3.SQLITE_READONLY:
            return SaveError(f"{name} can't be written: the file or its folder is read-only.", hint=_ALLOW)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return SaveBusy(f"{name} is being used by another program.", hint="Close that one and try again.")
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return SaveError(f"{name} can't be opened here, or its folder can't be written.", hint=_ALLOW)
        case sqlite3.SQLITE_TOOBIG:
            return SaveError(f"A text is too long for {name}.", hint="The limit is eight million bytes.")
        case sqlite3.SQLITE_NOTADB:
            return SaveDamaged(f"{name} is not a save of fiction, or its beginning is damaged.", hint=mend(name))
        case _ if isinstance(error, sqlite3.ProgrammingError):
            return SaveError(f"{name} is closed.")
        case _:
            return SaveDamaged(f"The save {name} is damaged.", hint=mend(name))


def from_system(error: OSError, name: str) -> SaveError | NotFound:
    """The sentence for an error of the operating system."""
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            return NotFound(f"There is no save {name}.")
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return SaveError(f"The disk is full, so {name} could not be written.", hint=ROOM)
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return SaveError(f"{name} can't be opened or written: this is not allowed here.", hint=_ALLOW)
        case errno.EISDIR | errno.ELOOP:
            return SaveError(f"{name} is not a file.")
        case errno.ENAMETOOLONG:
            return SaveError("The save's name is too long.", hint="Choose a shorter one.")
        case _:
            return SaveError(f"{name} can't be read or written: {error.strerror or 'the system refused'}.")


_ALLOW = "Allow it for the file and its folder, or copy the save to a folder of your own."
