"""What the protagonist may do next, and what the reader made of it."""

from dataclasses import dataclass
from enum import StrEnum


class Approach(StrEnum):
    """In which spirit a plan goes at things. Three plans of one turn have three different ones."""

    BOLD = "bold"
    CAREFUL = "careful"
    WARM = "warm"
    CUNNING = "cunning"
    CURIOUS = "curious"
    PRINCIPLED = "principled"


@dataclass(frozen=True, slots=True)
class Plan:
    """A way on from this moment: x(t) of RecurrentGPT (arXiv 2305.13304, section 3)."""

    label: str
    """One line in the second person or the imperative, at most 14 words, with a concrete verb."""
    stake: str = ""
    """What may be won or lost, in a few words; shown beside the label."""
    approach: Approach = Approach.CURIOUS
    brief: str = ""
    """Three to five sentences for the storyteller; not shown unless the reader asks."""
    key: str = ""
    """The storyteller's own name for this plan (`storylet/plan`), so that an offline plan finds its outcome again."""


class ChoiceKind(StrEnum):
    """Where a choice comes from."""

    BEGIN = "begin"
    """The story's first turn; nobody has chosen anything yet."""
    OFFERED = "offered"
    """A plan, taken as it was offered."""
    EDITED = "edited"
    """A plan whose words the reader changed."""
    WRITTEN = "written"
    """The reader's own words: an attempt, of which the storyteller says what comes of it."""
    CONTINUE = "continue"
    """The reader lets the moment run on."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the reader decided: it makes the next turn."""

    kind: ChoiceKind
    text: str = ""
    """What the protagonist does or tries, as the reader saw or wrote it."""
    plan: Plan | None = None
    """The plan that was taken or edited; None for the reader's own words."""
    hint: str = ""
    """A wish for a retry ("shorter", "from the window"), not part of the story."""

    @property
    def query(self) -> str:
        """What long-term memory is asked with: the plan with its brief, or the reader's words."""
        if self.plan is None or self.kind is ChoiceKind.EDITED:
            return self.text
        return f"{self.plan.label} {self.plan.brief}".strip()
