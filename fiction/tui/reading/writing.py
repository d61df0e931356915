"""The reader's pen: an act of their own, a plan in other words, a wish, a name."""

from dataclasses import dataclass
from enum import Enum

from fiction.engine.session import Session
from fiction.story.plan import Choice
from fiction.tui.unsent import Unsent


class Purpose(Enum):
    """What the pen writes, with the words above it."""

    ACT = "What do you do, or try?"
    EDIT = "This plan, in your words:"
    WISH = "Told again, but how? (shorter, from the window, less grim ...)"
    NAME = "A name for this place in the story:"


@dataclass(frozen=True, slots=True)
class Pen:
    """What is written for."""

    purpose: Purpose
    text: str = ""
    """What stands there at first."""
    plan: int = 0
    """The number of the plan that is put in other words; 0 for none."""

    def choice(self, session: Session, text: str) -> Choice:
        """What was written, as a choice. Raises FictionError where it is empty or too long."""
        return session.edited(self.plan, text) if self.plan else session.written(text)

    def unsent(self, session: Session, text: str) -> Unsent:
        """What stands in the pen, to be kept for when the story is opened again."""
        return Unsent(session.story.uuid, _place(session), self.purpose.name, self.plan, text)


def pen_for_unsent(session: Session, unsent: Unsent) -> Pen | None:
    """Go on writing what was unsent; None where it has its place no more."""
    purpose = next((purpose for purpose in Purpose if purpose.name == unsent.purpose), None)
    fits = unsent.turn == _place(session) and 0 <= unsent.number <= len(session.plans)
    return Pen(purpose, unsent.text, unsent.number) if purpose is not None and fits else None


def pen_for_plan(session: Session, number: int) -> Pen:
    """Put a plan in other words."""
    return Pen(Purpose.EDIT, session.plans[number - 1].label, number)


def pen_for_untold(session: Session, choice: Choice) -> Pen:
    """Change a choice that could not be told; where it was a plan's, it stays one."""
    plans = session.plans
    return Pen(Purpose.EDIT, choice.text, plans.index(choice.plan) + 1 if choice.plan in plans else 0)


def _place(session: Session) -> str:
    """Where in the story something is written."""
    return str(session.turn.id) if session.turn else ""
