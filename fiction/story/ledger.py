"""The ledger of a story: facts, threads, cast, and the operations that change them."""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from fiction.story.memory import TurnId

_MARKS = re.compile(r"[\u0300-\u036f]")
_BESIDES = re.compile(r"[\W_]+")
_UMLAUT = re.compile(r"(?<=[aou])e")


class ThreadStatus(StrEnum):
    """The state of a thread."""

    OPEN = "open"
    ADVANCED = "advanced"
    PAID = "paid"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that holds: `subject relation object`, since a depth of the branch."""

    subject: str
    relation: str
    object: str
    since: int
    """Depth of the turn that established it."""
    source: TurnId
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """A promise to the reader: a setup that wants a payoff (cf. arXiv 2601.07033)."""

    id: str
    setup: str
    payoff: str = ""
    """The event that would settle it."""
    opened: int = 0
    """Depth of the turn that opened it."""
    touched: int = 0
    """Depth of the last turn that opened or advanced it."""
    status: ThreadStatus = ThreadStatus.OPEN


@dataclass(frozen=True, slots=True)
class CastMember:
    """A character whom the reader has met."""

    name: str
    who: str = ""
    where: str = ""
    stance: str = ""
    """How they stand to the reader."""
    met: int = 0
    """Depth of the turn in which they came in."""
    seen: int = 0
    """Depth of the last turn that has an operation on them."""


@dataclass(frozen=True, slots=True)
class AddFact:
    """Establish a fact. One with the same subject and relation but another object is a contradiction."""

    subject: str
    relation: str
    object: str
    op: Literal["add_fact"] = "add_fact"


@dataclass(frozen=True, slots=True)
class SupersedeFact:
    """Replace the object of a fact."""

    subject: str
    relation: str
    object: str
    op: Literal["supersede_fact"] = "supersede_fact"


@dataclass(frozen=True, slots=True)
class RetractFact:
    """Remove a fact that was wrong, or is over."""

    subject: str
    relation: str
    op: Literal["retract_fact"] = "retract_fact"


@dataclass(frozen=True, slots=True)
class OpenThread:
    """Open a thread."""

    id: str
    setup: str
    payoff: str = ""
    op: Literal["open_thread"] = "open_thread"


@dataclass(frozen=True, slots=True)
class TouchThread:
    """Advance, pay or drop a thread, and reword it; OPEN changes the wording alone.

    Empty texts keep the former wording.
    """

    id: str
    status: ThreadStatus
    setup: str = ""
    payoff: str = ""
    op: Literal["touch_thread"] = "touch_thread"


@dataclass(frozen=True, slots=True)
class PutCast:
    """Bring in a character, or update one. Empty fields keep their former text."""

    name: str
    who: str = ""
    where: str = ""
    stance: str = ""
    op: Literal["put_cast"] = "put_cast"


LedgerOp = AddFact | SupersedeFact | RetractFact | OpenThread | TouchThread | PutCast


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two facts that can't both hold; found by code, shown to the reader, and in the next prompt."""

    established: Fact
    claimed: str
    """The object that was claimed instead."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """All facts, threads and cast at a turn: a fold of the operations along the branch."""

    facts: tuple[Fact, ...] = ()
    threads: tuple[Thread, ...] = ()
    """Open and advanced threads, the longest untouched first; then the last few paid or dropped, for the epilogue."""
    cast: tuple[CastMember, ...] = ()
    contradictions: tuple[Contradiction, ...] = field(default=())
    """The contradictions of the last turn."""

    @property
    def open_threads(self) -> tuple[Thread, ...]:
        """Open and advanced threads, the longest untouched first."""
        live = [t for t in self.threads if t.status in (ThreadStatus.OPEN, ThreadStatus.ADVANCED)]
        return tuple(sorted(live, key=lambda t: (t.touched, t.opened)))


@lru_cache(maxsize=2048)
def thread_key(name: str) -> str:
    """One key for all spellings of a thread's id: `hildes-küche`, `hildes-kueche` and `Hildes Kuche`."""
    plain = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", name.casefold())))
    return _UMLAUT.sub("", _BESIDES.sub("", plain)) or name
