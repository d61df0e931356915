"""The choices a reader can make of what is offered: a plan, a plan in other words, or an act of their own."""

from collections.abc import Sequence

from fiction.errors import FictionError, NotFound
from fiction.story.plan import Choice, ChoiceKind, Plan
from fiction.text.sanitise import clean

MAX_WRITTEN = 2_000
"""Characters in an act of the reader's own."""


def offered(plans: Sequence[Plan], number: int) -> Choice:
    """The plan with that number, from 1. Raises NotFound."""
    plan = _plan(plans, number)
    return Choice(ChoiceKind.OFFERED, plan.label, plan)


def edited(plans: Sequence[Plan], number: int, text: str) -> Choice:
    """The plan with that number in the reader's words; the plan as offered where nothing was changed.

    Raises:
        NotFound: there is no such plan.
        FictionError: the text is empty or too long.
    """
    plan = _plan(plans, number)
    words = _words(text)
    return offered(plans, number) if words == plan.label else Choice(ChoiceKind.EDITED, words, plan)


def written(text: str) -> Choice:
    """An act of the reader's own. Raises FictionError where the text is empty or too long."""
    return Choice(ChoiceKind.WRITTEN, _words(text))


def _plan(plans: Sequence[Plan], number: int) -> Plan:
    if not 1 <= number <= len(plans):
        raise NotFound(f"There is no plan {number}.", hint=f"There are {len(plans)}." if plans else "")
    return plans[number - 1]


def _words(text: str) -> str:
    words = clean(text).strip()
    if not words:
        raise FictionError("There is nothing written.", hint="Say what you do or try.")
    if len(words) > MAX_WRITTEN:
        raise FictionError(
            f"That is {len(words)} characters; an act has at most {MAX_WRITTEN}.", hint="Say it in fewer words."
        )
    return words
