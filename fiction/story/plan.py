"""The plans that a turn offers, and the reader's choice."""

from dataclasses import dataclass
from enum import StrEnum


class Approach(StrEnum):
    """The spirit of a plan. The three plans of a turn have three different approaches."""

    BOLD = "bold"
    CAREFUL = "careful"
    WARM = "warm"
    CUNNING = "cunning"
    CURIOUS = "curious"
    PRINCIPLED = "principled"


class Scope(StrEnum):
    """How much room the telling of a plan deserves."""

    BRIEF = "brief"
    USUAL = "usual"
    FULL = "full"

    @property
    def share(self) -> float:
        """Of a passage's usual length."""
        match self:
            case Scope.BRIEF:
                return 0.6
            case Scope.USUAL:
                return 1.0
            case Scope.FULL:
                return 1.7


@dataclass(frozen=True, slots=True)
class Plan:
    """One thing the protagonist may do next: x(t) of RecurrentGPT (arXiv 2305.13304, section 3)."""

    label: str
    """One line in the second person or the imperative, at most 14 words, with a concrete verb."""
    stake: str = ""
    """The possible gain or loss, in a few words; shown beside the label."""
    approach: Approach = Approach.CURIOUS
    brief: str = ""
    """Three to five sentences for the storyteller; not shown unless the reader asks."""
    key: str = ""
    """The built-in storyteller's id for the plan (`storylet/plan`), by which it finds the outcome again."""
    scope: Scope = Scope.USUAL


class ChoiceKind(StrEnum):
    """The origin of a choice."""

    BEGIN = "begin"
    """The story's first turn; nobody has chosen anything yet."""
    OFFERED = "offered"
    """A plan, taken as it was offered."""
    EDITED = "edited"
    """A plan whose words the reader changed."""
    WRITTEN = "written"
    """The reader's own words: an attempt, whose outcome the storyteller tells."""
    CONTINUE = "continue"
    """The reader lets the moment run on."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The reader's decision, which makes the next turn."""

    kind: ChoiceKind
    text: str = ""
    """The protagonist's act, as the reader saw or wrote it."""
    plan: Plan | None = None
    """The plan that was taken or edited; None for the reader's own words."""
    hint: str = ""
    """A wish for a retry ("shorter", "from the window"), not part of the story."""

    @property
    def query(self) -> str:
        """The text that the long-term memory is asked with: the plan with its brief, or the reader's words."""
        if self.plan is None or self.kind is ChoiceKind.EDITED:
            return self.text
        return f"{self.plan.label} {self.plan.brief}".strip()
