"""Errors of SQLite and the system as sentences: the right kind, the save's name, and what to do about it."""

import errno
import sqlite3

import pytest

from fiction.errors import FictionError, NotFound, SaveBusy, SaveDamaged, SaveError
from fiction.saves.failures import ROOM, from_sqlite, from_system, mend, translated

ALLOW = "Allow it for the file and its folder, or copy the save to a folder of your own."
READ_ONLY = "tale can't be written: the file or its folder is read-only."
MOVED = "The file of tale was moved, deleted or replaced by another program."
ANEW = "Try again: the story is then written anew, under another name."
MEND = "`fiction saves repair tale` copies every turn that is whole into a new save."


def sqlite_error(code: int, kind: type[sqlite3.Error] = sqlite3.OperationalError) -> sqlite3.Error:
    error = kind("as SQLite puts it")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "kind", "words", "hint"),
    [
        (sqlite3.SQLITE_FULL, SaveError, "The disk is full, so tale could not be written.", ROOM),
        (sqlite3.SQLITE_IOERR, SaveError, "The disk did not take or give what belongs to tale.", ROOM),
        (sqlite3.SQLITE_IOERR_WRITE, SaveError, "The disk did not take or give what belongs to tale.", ROOM),
        (sqlite3.SQLITE_READONLY, SaveError, READ_ONLY, ALLOW),
        (sqlite3.SQLITE_READONLY_DIRECTORY, SaveError, READ_ONLY, ALLOW),
        (sqlite3.SQLITE_READONLY_DBMOVED, SaveError, MOVED, ANEW),
        (sqlite3.SQLITE_BUSY, SaveBusy, "tale is being used by another program.", "Close that one and try again."),
        (sqlite3.SQLITE_LOCKED, SaveBusy, "tale is being used by another program.", "Close that one and try again."),
        (sqlite3.SQLITE_CANTOPEN, SaveError, "tale can't be opened here, or its folder can't be written.", ALLOW),
        (sqlite3.SQLITE_PERM, SaveError, "tale can't be opened here, or its folder can't be written.", ALLOW),
        (sqlite3.SQLITE_AUTH, SaveError, "tale can't be opened here, or its folder can't be written.", ALLOW),
        (sqlite3.SQLITE_TOOBIG, SaveError, "A text is too long for tale.", "The limit is eight million bytes."),
        (sqlite3.SQLITE_NOTADB, SaveDamaged, "tale is not a save of fiction, or its beginning is damaged.", MEND),
        (sqlite3.SQLITE_CORRUPT, SaveDamaged, "The save tale is damaged.", MEND),
        (0, SaveDamaged, "The save tale is damaged.", MEND),
    ],
)  # fmt: skip
def test_what_sqlite_reports_is_a_sentence_with_a_hint(code: int, kind: type[SaveError], words: str, hint: str) -> None:
    found = from_sqlite(sqlite_error(code), "tale")
    assert (type(found), found.message, found.hint) == (kind, words, hint)


def test_a_connection_that_was_closed_is_a_save_that_is_closed() -> None:
    found = from_sqlite(sqlite3.ProgrammingError("Cannot operate on a closed database."), "tale")
    assert (type(found), found.sentence) == (SaveError, "tale is closed.")


@pytest.mark.parametrize(
    ("number", "kind", "sentence"),
    [
        (errno.ENOENT, NotFound, "There is no save tale."),
        (errno.ENOTDIR, NotFound, "There is no save tale."),
        (errno.ENOSPC, SaveError, f"The disk is full, so tale could not be written. {ROOM}"),
        (errno.EDQUOT, SaveError, f"The disk is full, so tale could not be written. {ROOM}"),
        (errno.EFBIG, SaveError, f"The disk is full, so tale could not be written. {ROOM}"),
        (errno.EACCES, SaveError, f"tale can't be opened or written: this is not allowed here. {ALLOW}"),
        (errno.EPERM, SaveError, f"tale can't be opened or written: this is not allowed here. {ALLOW}"),
        (errno.EROFS, SaveError, f"tale can't be opened or written: this is not allowed here. {ALLOW}"),
        (errno.EISDIR, SaveError, "tale is not a file."),
        (errno.ELOOP, SaveError, "tale is not a file."),
        (errno.ENAMETOOLONG, SaveError, "The save's name is too long. Choose a shorter one."),
        (errno.EIO, SaveError, "tale can't be read or written: as the system puts it."),
    ],
)
def test_what_the_system_reports_is_a_sentence(number: int, kind: type[FictionError], sentence: str) -> None:
    found = from_system(OSError(number, "as the system puts it"), "tale")
    assert (type(found), found.sentence) == (kind, sentence)


def test_a_system_that_says_nothing_has_refused() -> None:
    assert from_system(OSError(), "tale").sentence == "tale can't be read or written: the system refused."


def test_the_hint_names_the_save() -> None:
    assert mend("tale") == MEND


@pytest.mark.parametrize(
    ("raised", "sentence"),
    [
        (OverflowError("too large"), f"The save tale is damaged. {MEND}"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no"), f"The save tale is damaged. {MEND}"),
        (FileNotFoundError(errno.ENOENT, "no"), "There is no save tale."),
        (sqlite_error(sqlite3.SQLITE_FULL), f"The disk is full, so tale could not be written. {ROOM}"),
        (SaveDamaged("A fork of this story is damaged."), f"A fork of this story is damaged. {MEND}"),
        (SaveDamaged("Torn.", hint="Ask for it again."), "Torn. Ask for it again."),
        (SaveBusy("Taken."), "Taken."),
    ],
)
def test_what_happens_within_comes_out_as_our_own_errors(raised: Exception, sentence: str) -> None:
    with pytest.raises(FictionError) as caught, translated("tale"):
        raise raised
    assert caught.value.sentence == sentence


def test_a_mistake_of_the_program_passes_as_it_is() -> None:
    with pytest.raises(KeyError), translated("tale"):
        raise KeyError("x")
