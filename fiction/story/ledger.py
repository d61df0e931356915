"""The ledger of a story: facts, threads, cast, and the operations that change them."""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
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


class StepStatus(StrEnum):
    """How far a step of the world's outline has come."""

    UNDER_WAY = "under_way"
    DONE = "done"
    """It has happened, or can't happen any more."""


@dataclass(frozen=True, slots=True)
class OutlineStep:
    """A step of the outline that the story has reached."""

    beat: str
    """Id of the world's beat."""
    status: StepStatus


@dataclass(frozen=True, slots=True)
class NotebookEntry:
    """What the storyteller keeps in mind and the reader is not shown: what is really going on, who will do what."""

    about: str
    note: str
    since: int = 0
    """Depth of the turn that wrote it."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What happened in some turns, for when their passages stand in no prompt any more."""

    first: int
    """Depth of the first of them."""
    last: int
    text: str
    level: int = 1
    """1 for one of turns; one of summaries is a level higher than these."""


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
    """Remove a fact that was wrong, or is over; an empty object removes whatever stands there."""

    subject: str
    relation: str
    object: str = ""
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


@dataclass(frozen=True, slots=True)
class MarkStep:
    """Say how far a step of the outline has come."""

    beat: str
    status: StepStatus
    op: Literal["mark_step"] = "mark_step"


@dataclass(frozen=True, slots=True)
class WriteNote:
    """Write an entry of the storyteller's notebook, in the place of the one about the same; no note strikes it out."""

    about: str
    note: str = ""
    op: Literal["write_note"] = "write_note"


@dataclass(frozen=True, slots=True)
class Summarise:
    """Sum up the turns from depth `first` to `last`, in the place of summaries of a lower level among them."""

    first: int
    last: int
    text: str
    level: int = 1
    op: Literal["summarise"] = "summarise"


LedgerOp = AddFact | SupersedeFact | RetractFact | OpenThread | TouchThread | PutCast | MarkStep | WriteNote | Summarise


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two facts that can't both hold; found by code, shown to the reader, and in the next prompt."""

    established: Fact
    claimed: str
    """The object that was claimed instead."""


_TOGETHER, _SO_MANY = 4, 6
"""The oldest summaries of one level are put together where there are so many of it."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """All facts, threads and cast at a turn: a fold of the operations along the branch."""

    facts: tuple[Fact, ...] = ()
    threads: tuple[Thread, ...] = ()
    """Open and advanced threads, the longest untouched first; then the last few paid or dropped, for the epilogue."""
    cast: tuple[CastMember, ...] = ()
    contradictions: tuple[Contradiction, ...] = field(default=())
    """The contradictions of the last turn."""
    steps: tuple[OutlineStep, ...] = ()
    """Of the outline, those that have been reached."""
    notebook: tuple[NotebookEntry, ...] = ()
    """The storyteller's own, the oldest first."""
    summaries: tuple[Summary, ...] = ()
    """Of what went before, in the order of the story; none of them covers the same turns as another."""

    @property
    def summed_up(self) -> int:
        """Depth of the last turn that a summary covers; 0 where there is none."""
        return max((summary.last for summary in self.summaries), default=0)

    @property
    def to_put_together(self) -> tuple[Summary, ...]:
        """The oldest summaries of the lowest level of which there are many; none where there are few."""
        for _, run in groupby(reversed(self.summaries), key=lambda summary: summary.level):
            alike = list(run)[::-1]
            if len(alike) >= _SO_MANY:
                return tuple(alike[:_TOGETHER])
        return ()

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
