"""The meaning of the reader's choice: a known plan, an act of their own, or waiting."""

from dataclasses import dataclass
from typing import assert_never

from fiction.story.plan import ChoiceKind
from fiction.story.storylets import StoryletPlan
from fiction.storytellers.storylets import attempts
from fiction.storytellers.storylets.page_draft import PageDraft


@dataclass(frozen=True, slots=True)
class Taken:
    """The reader's choice is a plan of the deck."""

    key: str
    plan: StoryletPlan


@dataclass(frozen=True, slots=True)
class Tried:
    """The reader's choice is an act of their own."""

    act: attempts.ParsedAct


@dataclass(frozen=True, slots=True)
class Waited:
    """The reader let the moment run on."""


Deed = Taken | Tried | Waited


def read(page: PageDraft) -> Deed:
    """The deed that the reader's choice means."""
    choice, deck = page.scene.choice, page.deck
    offered = page.scene.parent.plans if page.scene.parent else ()
    match choice.kind:
        case ChoiceKind.BEGIN | ChoiceKind.CONTINUE:
            return Waited()
        case ChoiceKind.OFFERED:
            plan = choice.plan
        case ChoiceKind.EDITED:
            close = choice.plan and attempts.likeness(choice.text, choice.plan.label) >= attempts.CLOSE
            plan = choice.plan if close else attempts.meant(choice.text, offered, deck.names)
        case ChoiceKind.WRITTEN:
            plan = attempts.meant(choice.text, offered, deck.names)
        case _:
            assert_never(choice.kind)
    if plan and plan.key in deck.plans:
        return Taken(plan.key, deck.plans[plan.key])
    act = attempts.read(choice.text or (plan.label if plan else ""), deck.names)
    if plan and choice.kind is ChoiceKind.OFFERED:
        act = attempts.ParsedAct(act.phrase, act.deed, plan.approach)
    return Tried(act)
