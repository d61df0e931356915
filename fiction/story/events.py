"""The events of a turn in the making. Every face, test and bench consumes these."""

from dataclasses import dataclass

from fiction.errors import Trouble
from fiction.story.memory import Rationale, Recall
from fiction.story.plan import Choice, Plan
from fiction.story.turn import Turn, Usage


@dataclass(frozen=True, slots=True)
class ChoiceSaved:
    """The choice is saved; nothing is told yet."""

    choice: Choice


@dataclass(frozen=True, slots=True)
class Remembered:
    """The long-term memory has answered."""

    recall: Recall


@dataclass(frozen=True, slots=True)
class ProseDelta:
    """More of the passage. The text is clean: it may go straight to a screen."""

    text: str


@dataclass(frozen=True, slots=True)
class ProseReset:
    """The passage so far is void (the storyteller starts over); empty the page."""


@dataclass(frozen=True, slots=True)
class PassageDone:
    """The passage is whole and on disk."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class MemoryUpdated:
    """The short-term memory after this turn, and why it changed."""

    memory: str
    rationale: Rationale


@dataclass(frozen=True, slots=True)
class PlansOffered:
    """The plans of this turn."""

    plans: tuple[Plan, ...]
    plain: bool = False
    """General plans, because the storyteller could not make its own."""


@dataclass(frozen=True, slots=True)
class StoryEnded:
    """This turn was an ending."""

    ending: str
    title: str


@dataclass(frozen=True, slots=True)
class TurnSaved:
    """The turn is complete and on disk; always the last event of a turn that went well."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens that a call cost."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Notice:
    """A message for the reader; the turn goes on."""

    text: str


@dataclass(frozen=True, slots=True)
class TurnFailed:
    """The turn could not be told. The story is as it was, the reader's text is kept; always the last event."""

    message: str
    hint: str
    trouble: Trouble | None
    choice: Choice
    """The choice to retry."""
    wait: float | None = None
    """Seconds until a retry makes sense, where known."""


Event = (
    ChoiceSaved
    | Remembered
    | ProseDelta
    | ProseReset
    | PassageDone
    | MemoryUpdated
    | PlansOffered
    | StoryEnded
    | TurnSaved
    | Spent
    | Notice
    | TurnFailed
)
