"""What a story costs, in whole sentences."""

from collections.abc import Iterator

from fiction.engine.budget import Costs
from fiction.story.money import dollars
from fiction.story.turn import Turn, Usage


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
        return f"at least {dollars(usage.cost)}, the rest is unknown" if usage.cost else "what it costs is unknown"
    return f"{'about ' if usage.estimated else ''}{dollars(usage.cost)}" if usage.cost else ""


def _caps(costs: Costs) -> Iterator[str]:
    if costs.story_cap:
        yield f"You are asked before a turn that would take this story over {dollars(costs.story_cap)}."
    if costs.day_cap:
        yield f"You are asked before a turn that would take all stories of a day over {dollars(costs.day_cap)}."
    if (costs.story_cap or costs.day_cap) and any(usage.unpriced for usage in (costs.next_turn, costs.today)):
        yield "What is asked at an unknown price counts towards no cap; you are asked before the first such call."
    priced = any(usage.cost or usage.unpriced for usage in (costs.story, costs.next_turn))
    if priced and not (costs.story_cap or costs.day_cap):
        yield "There is no cap. The settings spending.story_cap and spending.day_cap set one, in dollars."
