"""One step of the story, from the draft of its passage to the complete turn."""

from dataclasses import dataclass
from enum import StrEnum

from fiction.story.ledger import LedgerOp
from fiction.story.memory import Rationale, Recall, Recalled, TurnId
from fiction.story.plan import Choice, Plan


class Stage(StrEnum):
    """The two saved stages of a turn."""

    TOLD = "told"
    """The passage is whole and saved; memory and plans are still to come."""
    COMPLETE = "complete"
    """Memory, ledger and plans are saved too."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money that calls to servers took."""

    prompt: int = 0
    completion: int = 0
    cached: int = 0
    """Prompt tokens that came from the server's cache."""
    estimated: bool = False
    """The server did not count them; estimated at about four bytes a token."""
    cost: int = 0
    """Millionths of a US dollar, by the server's own bill or by its price; 0 where it costs nothing."""
    unpriced: bool = False
    """Part of it went to a model of unknown price; `cost` leaves that out."""

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt + other.prompt,
            self.completion + other.completion,
            self.cached + other.cached,
            self.estimated or other.estimated,
            self.cost + other.cost,
            self.unpriced or other.unpriced,
        )

    @property
    def total(self) -> int:
        """Tokens in and out."""
        return self.prompt + self.completion


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault that a check found in a passage or in plans."""

    check: str
    """`repetition`, `agency`, `plans`, `contradiction` ..."""
    detail: str


@dataclass(frozen=True, slots=True)
class Reflection:
    """A storyteller's reflection on a told passage: h(t) with reasons, ledger operations, and the next plans."""

    memory: str
    """The new short-term memory, natural language, within the bounds of `story.memory`."""
    plans: tuple[Plan, ...] = ()
    """Three; none when the story ends here."""
    rationale: Rationale = Rationale()
    ledger_ops: tuple[LedgerOp, ...] = ()
    importance: int = 5
    title: str = ""
    """Title of the scene, when it changes."""
    state: str = ""
    """The storyteller's own state, opaque to everybody else (JSON)."""
    ending: str = ""
    """Id or title of the ending that this turn was; empty while the story goes on."""
    usage: Usage = Usage()
    plain: bool = False
    """The storyteller could not reflect: memory is kept, the plans are general ones, and faces say so."""
    notice: str = ""
    """A sentence about it for the reader."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A step as it is in the save. The tree of turns is the story."""

    id: TurnId
    parent: TurnId | None
    depth: int
    """The turn's number along its branch, from 1."""
    segment: int
    """The run of turns without a fork that it belongs to (see `story.memory.Lineage`)."""
    choice: Choice
    stage: Stage
    passage: str
    memory: str = ""
    """The short-term memory after this turn, the reader's edit of it included."""
    rationale: Rationale = Rationale()
    plans: tuple[Plan, ...] = ()
    ledger_ops: tuple[LedgerOp, ...] = ()
    recalled: tuple[Recalled, ...] = ()
    importance: int = 5
    title: str = ""
    """Title of the scene; the parent's where it did not change."""
    state: str = ""
    ending: str = ""
    usage: Usage = Usage()
    findings: tuple[Finding, ...] = ()
    storyteller: str = ""
    plain: bool = False
    created: int = 0
    """Unix time in milliseconds."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A turn whose passage is whole: all that is saved at *told*."""

    choice: Choice
    passage: str
    recall: Recall
    storyteller: str
    title: str = ""
    state: str = ""
    usage: Usage = Usage()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A place in the story that the reader gave a name."""

    name: str
    turn: TurnId
    created: int
    """Unix time in milliseconds."""
