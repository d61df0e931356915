"""What a story costs, in whole sentences."""

from collections.abc import Iterator

from fiction.engine.budget import Costs
from fiction.story.turn import Turn, Usage

_DOLLAR = 1_000_000
"""Costs are counted in millionths of it."""


def bill(costs: Costs, turn: Turn | None) -> Iterator[str]:
    """This turn, this story, today, what is to come, and the caps; one line where no server is asked for anything."""
    told = turn.usage if turn is not None else Usage()
    rest = costs.rest or Usage()
    if not any(usage.total for usage in (told, costs.story, costs.today, costs.next_turn)):
        yield "This story costs nothing: no server is asked for it."
        return
    if turn is not None:
        yield f"This turn: {_said(told)}."
    if costs.story.total:
        yield f"This story: {_said(costs.story)}."
    if costs.today.total and costs.today != costs.story:
        yield f"All stories today: {_said(costs.today)}."
    if costs.next_turn.total:
        yield f"The next turn: {_said(costs.next_turn)}."
    if rest.total:
        yield f"The rest of the story: {_said(rest)}."
    yield from _caps(costs)


def dollars(amount: int) -> str:
    """Millionths of a dollar: cents, or below ten cents as much as tells one turn from another."""
    if amount < 100:
        return "less than $0.0001"
    return f"${amount / _DOLLAR:,.2f}" if amount >= _DOLLAR // 10 else f"${amount / _DOLLAR:.4f}"


def _said(usage: Usage) -> str:
    if not usage.total:
        return "nothing was asked of a server"
    about = "about " if usage.estimated else ""
    cached = f" ({usage.cached:,} from the cache)" if usage.cached else ""
    parts = (f"{about}{usage.prompt:,} tokens in{cached}, {usage.completion:,} out", _price(usage))
    return "; ".join(part for part in parts if part)


def _price(usage: Usage) -> str:
    """Empty where it costs nothing."""
    if usage.unpriced:
        return f"at least {dollars(usage.cost)}" if usage.cost else "its price is not known"
    return f"{'about ' if usage.estimated else ''}{dollars(usage.cost)}" if usage.cost else ""


def _caps(costs: Costs) -> Iterator[str]:
    if costs.story_cap:
        yield f"This story stops before it has cost {dollars(costs.story_cap)}."
    if costs.day_cap:
        yield f"All stories of a day stop before they have cost {dollars(costs.day_cap)}."
    priced = any(usage.cost or usage.unpriced for usage in (costs.story, costs.next_turn))
    if priced and not (costs.story_cap or costs.day_cap):
        yield "There is no cap. The settings spending.story_cap and spending.day_cap set one, in dollars."
