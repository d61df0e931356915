"""What the next turn and the rest of a story will about cost, from what its last turns cost or from its budget."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

from fiction.engine.budget import Budget, Costs
from fiction.engine.ports import Ahead, SaveStore, Storyteller
from fiction.story.reader import ENDLESS, StorySettings
from fiction.story.turn import Stage, Turn, Usage

LOOKED_BACK = 12
"""Turns among which those of one storyteller are looked for."""

_SAMPLES = 5
_CALLS = 2
_FILLED = 80
"""Percent of the budget that a prompt takes."""
_WRITTEN = 900
"""Tokens that passage and notes take together."""
_PROMPT_OF_PASSAGE = 50
_REPLY_OF_PASSAGE = 40
_COST_OF_PASSAGE = 40
_COST_OF_PROMPT = 15
"""Percent of a turn: what is read and written for its passage, and what that, or a prompt alone, costs of it. Replies
make three quarters of a turn's price, and a little more than half of them is notes."""
_THROWN_AWAY = {Ahead.WARM: 0, Ahead.BEST: 50, Ahead.ALL: 200}
"""Percent of a passage that is written in a turn and never read: the likeliest plan is taken about half of the time."""


@runtime_checkable
class Billed(Protocol):
    """A storyteller that says whom it asks, so that a turn has a price before the first one is told."""

    @property
    def model(self) -> str:
        """As the server calls it."""
        ...

    @property
    def base_url(self) -> str:
        """The server's address."""
        ...


class StoryCosts:
    """The costs of one story, and the reader's leave to go beyond a cap."""

    def __init__(self, store: SaveStore, budget: Budget | None) -> None:
        """Without a budget nothing counts as spent, and no cap stands in the way."""
        self._store = store
        self._budget = budget

    def at(self, head: Turn | None, storyteller: Storyteller) -> Costs:
        """What was spent, and a forecast of the turns after `head` if `storyteller` tells them."""
        return forecast(
            self._budget.costs() if self._budget else Costs(),
            recent=self._store.path(head.id, LOOKED_BACK) if head else (),
            settings=self._store.story.settings,
            storyteller=storyteller,
            budget=self._budget,
        )

    def allow(self) -> None:
        """Lift the caps that stand in the way; the reader was asked."""
        if self._budget is not None:
            self._budget.allow()


def forecast(
    spent: Costs, *, recent: Sequence[Turn], settings: StorySettings, storyteller: Storyteller, budget: Budget | None
) -> Costs:
    """What was spent, with what is to come. `recent` are the turns up to the head, oldest first."""
    told = _samples(recent, storyteller.name)
    turn = mean(told) if told else _by_token_budget(settings, storyteller, budget)
    each = with_work_ahead(turn, storyteller.ahead)
    left = turns_left(settings, recent[-1] if recent else None)
    return dataclasses.replace(spent, next_turn=each, rest=None if left is None else times(each, left))


def mean(usages: Sequence[Usage]) -> Usage:
    """The mean of at least one usage, rounded up; an estimate of what the next one will be."""
    total = sum(usages, Usage())
    return _scaled(total, 1, len(usages))


def times(usage: Usage, turns: int) -> Usage:
    """So many turns like it."""
    return _scaled(usage, turns, 1)


def with_work_ahead(turn: Usage, ahead: Ahead) -> Usage:
    """A turn with what is asked of the server while the reader reads, most of which nobody will see."""
    if not ahead.asks:
        return turn
    made_ready = Usage(
        prompt=_part(turn.prompt, _PROMPT_OF_PASSAGE),
        cached=_part(turn.cached, _PROMPT_OF_PASSAGE),
        completion=1,
        cost=_part(turn.cost, _COST_OF_PROMPT),
    )
    passage = Usage(
        prompt=_part(turn.prompt, _PROMPT_OF_PASSAGE),
        cached=_part(turn.cached, _PROMPT_OF_PASSAGE),
        completion=_part(turn.completion, _REPLY_OF_PASSAGE),
        cost=_part(turn.cost, _COST_OF_PASSAGE),
    )
    return dataclasses.replace(turn + made_ready + _scaled(passage, _THROWN_AWAY[ahead], 100), estimated=True)


def turns_left(settings: StorySettings, head: Turn | None) -> int | None:
    """Turns to the end by the length contract, at least one before it; 0 after an ending, None for an endless story."""
    if settings.turns == ENDLESS:
        return None
    if head is None:
        return settings.turns
    return 0 if head.ending else max(1, settings.turns - head.depth)


def _samples(recent: Iterable[Turn], storyteller: str) -> list[Usage]:
    """What the last turns of a storyteller cost; openings that were told without asking anybody are none."""
    told = [turn for turn in recent if turn.storyteller == storyteller and turn.stage is Stage.COMPLETE]
    return [turn.usage for turn in told if turn.usage.total and not turn.plain][-_SAMPLES:]


def _by_token_budget(settings: StorySettings, storyteller: Storyteller, budget: Budget | None) -> Usage:
    if storyteller.name == "offline":
        return Usage()
    usage = Usage(_CALLS * settings.tokens() * _FILLED // 100, _WRITTEN, estimated=True)
    if budget is None or not isinstance(storyteller, Billed):
        return dataclasses.replace(usage, unpriced=True)
    return budget.forecast(usage, model=storyteller.model, base_url=storyteller.base_url)


def _scaled(usage: Usage, by: int, of: int) -> Usage:
    """A fraction or a multiple of it, rounded up; nothing is no estimate of anything."""
    return Usage(
        prompt=-(-usage.prompt * by // of),
        completion=-(-usage.completion * by // of),
        cached=-(-usage.cached * by // of),
        cost=-(-usage.cost * by // of),
        estimated=bool(usage.total),
        unpriced=usage.unpriced,
    )


def _part(number: int, percent: int) -> int:
    return -(-number * percent // 100)
