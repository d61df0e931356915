"""What is established in a story: facts, threads and cast, and the operations that change them."""

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
    """Where a thread stands."""

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
    """A promise to the reader: something set up that wants paying off (cf. arXiv 2601.07033)."""

    id: str
    setup: str
    payoff: str = ""
    """What would pay it off."""
    opened: int = 0
    """Depth."""
    touched: int = 0
    """Depth of the last turn that opened or advanced it."""
    status: ThreadStatus = ThreadStatus.OPEN


@dataclass(frozen=True, slots=True)
class CastMember:
    """Somebody the reader has met, or something that acts."""

    name: str
    who: str = ""
    where: str = ""
    stance: str = ""
    """How they stand to the reader."""
    met: int = 0
    """Depth at which they came in."""
    seen: int = 0
    """Depth at which they were last touched."""


@dataclass(frozen=True, slots=True)
class AddFact:
    """Establish a fact. One with the same subject and relation but another object is a contradiction."""

    subject: str
    relation: str
    object: str
    op: Literal["add_fact"] = "add_fact"


@dataclass(frozen=True, slots=True)
class SupersedeFact:
    """What held no longer does: the new object takes the place of whatever stood there."""

    subject: str
    relation: str
    object: str
    op: Literal["supersede_fact"] = "supersede_fact"


@dataclass(frozen=True, slots=True)
class RetractFact:
    """What was established was wrong, or is over."""

    subject: str
    relation: str
    op: Literal["retract_fact"] = "retract_fact"


@dataclass(frozen=True, slots=True)
class OpenThread:
    """Set something up."""

    id: str
    setup: str
    payoff: str = ""
    op: Literal["open_thread"] = "open_thread"


@dataclass(frozen=True, slots=True)
class TouchThread:
    """Advance, pay or drop a thread, and say how it stands now; OPEN changes the wording alone.

    Empty texts keep what was known.
    """

    id: str
    status: ThreadStatus
    setup: str = ""
    payoff: str = ""
    op: Literal["touch_thread"] = "touch_thread"


@dataclass(frozen=True, slots=True)
class PutCast:
    """Bring somebody in, or say where they are and how they stand now. Empty fields keep what was known."""

    name: str
    who: str = ""
    where: str = ""
    stance: str = ""
    op: Literal["put_cast"] = "put_cast"


LedgerOp = AddFact | SupersedeFact | RetractFact | OpenThread | TouchThread | PutCast


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two facts that can't both hold; found by code, shown to the reader and to the next prompt."""

    established: Fact
    claimed: str
    """The object that was claimed instead."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The state of all facts, threads and cast at a turn: a fold of the operations along the branch."""

    facts: tuple[Fact, ...] = ()
    threads: tuple[Thread, ...] = ()
    """Open and advanced ones first come, first listed; the last few that were paid or dropped stay for the epilogue."""
    cast: tuple[CastMember, ...] = ()
    contradictions: tuple[Contradiction, ...] = field(default=())
    """Those that the last fold met."""

    @property
    def open_threads(self) -> tuple[Thread, ...]:
        """Threads that still want paying off, the longest untouched first."""
        live = [t for t in self.threads if t.status in (ThreadStatus.OPEN, ThreadStatus.ADVANCED)]
        return tuple(sorted(live, key=lambda t: (t.touched, t.opened)))


@lru_cache(maxsize=2048)
def thread_key(name: str) -> str:
    """What the spellings of one thread's id have in common: `hildes-küche`, `hildes-kueche` and `Hildes Kuche`."""
    plain = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", name.casefold())))
    return _UMLAUT.sub("", _BESIDES.sub("", plain)) or name
