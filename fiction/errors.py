"""Every error that a reader may meet, as one tree.

* FictionError            a sentence for the reader and, where there is one, a hint what to do
  x PackError             a world pack can't be used; carries every problem with its place in the file
  x SaveError             a save can't be opened or written
    - SaveBusy            another process has the story open
    - SaveConflict        the story was moved on by somebody else
    - SaveDamaged         the file is not whole
    - SaveExists          there is a save of that name already
    - SaveTooNew          made by a later version of fiction
  x NotFound              no such world, save, turn, memory
  x StorytellerError      the storyteller could not tell this turn; nothing of the story is lost
  x SettingsError         a setting is missing or makes no sense

Borders translate what they meet (sqlite3, openai, yaml, OSError) into this tree; only faces print it.
"""

from dataclasses import dataclass
from enum import StrEnum


class FictionError(Exception):
    """Something the reader should know. `str(error)` is one plain sentence; `hint` says what to do about it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        """One sentence, free of control characters and of secrets."""
        self.hint = hint
        """What the reader can do, or an empty string."""

    @property
    def sentence(self) -> str:
        """Message and hint in one line, as the commands print it."""
        return f"{self.message} {self.hint}".strip()


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file that somebody wrote by hand."""

    file: str
    line: int
    """Counted from 1; 0 where the mistake has no place of its own."""
    column: int
    """Counted from 1."""
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}" + (f"  [{self.hint}]" if self.hint else "")


class PackError(FictionError):
    """A world pack that can't be read. `problems` holds all of its mistakes, in the order of the file."""

    def __init__(self, message: str, *, problems: tuple[Problem, ...] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.problems = problems


class SaveError(FictionError):
    """A save that can't be opened, read or written."""


class SaveBusy(SaveError):
    """Another process holds the story's lock."""


class SaveConflict(SaveError):
    """The head of the story is no longer where this session left it; nothing was written."""


class SaveDamaged(SaveError):
    """The file is not a whole save."""


class SaveExists(SaveError):
    """The name of a new save is taken."""


class SaveTooNew(SaveError):
    """The file's format is later than this version reads; it was left untouched."""


class NotFound(FictionError):
    """There is no world, save, turn or memory of that name."""


class SettingsError(FictionError):
    """A setting is missing, or has a value that makes no sense."""


class Trouble(StrEnum):
    """What kind of thing went wrong with a storyteller; faces choose what to offer by it."""

    UNREACHABLE = "unreachable"
    """No server answers at the address."""
    KEY = "key"
    """The server refuses the key."""
    MODEL = "model"
    """The server has no such model."""
    BUSY = "busy"
    """Too many requests, or no quota left."""
    STALLED = "stalled"
    """The reply began, and then nothing more came."""
    CUT_OFF = "cut off"
    """The reply ended before its end."""
    EMPTY = "empty"
    """The reply holds no story."""
    TOO_LONG = "too long"
    """The prompt does not fit the model's context."""
    REFUSED = "refused"
    """The model declined to write this."""
    CAPPED = "capped"
    """It would cost more than the reader allowed; nothing was asked of the server."""
    SERVER = "server"
    """The server failed in its own way."""


class StorytellerError(FictionError):
    """A turn that could not be told or reflected. The story is as it was before, and the reader's text is kept."""

    def __init__(self, message: str, *, trouble: Trouble, hint: str = "", wait: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.trouble = trouble
        self.wait = wait
        """Seconds to wait before a retry makes sense, where the server said so."""
