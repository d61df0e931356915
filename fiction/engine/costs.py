"""The costs of a story: spent so far, and a forecast from its last turns or, before the first one, its settings."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

from fiction.engine.budget import Budget, Costs
from fiction.engine.ports import Ahead, SaveStore, Storyteller
from fiction.story.reader import ENDLESS, StorySettings
from fiction.story.turn import Stage, Turn, Usage

LOOKED_BACK = 12
"""Recent turns that are searched for samples of one storyteller."""

_SAMPLES = 5
_CALLS = 2
_FILLED = 53
"""Percent of the token budget that a prompt takes: the mean of two stories of fifteen turns at 16,384."""
_WRITTEN = 1700
"""Tokens of passage and notes together, in the same stories."""
_PROMPT_OF_PASSAGE = 50
_REPLY_OF_PASSAGE = 40
_COST_OF_PASSAGE = 40
_COST_OF_PROMPT = 15
"""Percent of a turn: the passage's part of the prompt tokens, of the reply tokens and of the cost, and the cost of its
prompt alone. Replies make three quarters of a turn's price, and a little more than half of them is notes."""
_THROWN_AWAY = {Ahead.WARM: 0, Ahead.BEST: 50, Ahead.ALL: 200}
"""Percent of a passage written ahead in a turn and never read: the likeliest plan is taken about half of the time."""


@runtime_checkable
class Billed(Protocol):
    """A storyteller that names its model and server, so that a turn has a price before the first one is told."""

    @property
    def model(self) -> str:
        """The model's name on the server."""
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
    """The costs so far, completed by the two estimates. `recent` are the turns up to the head, oldest first."""
    told = _samples(recent, storyteller.name)
    turn = mean(told) if told else _by_token_budget(settings, storyteller, budget)
    each = with_work_ahead(turn, storyteller.ahead)
    left = turns_left(settings, recent[-1] if recent else None)
    return dataclasses.replace(spent, next_turn=each, rest=None if left is None else times(each, left))


def mean(usages: Sequence[Usage]) -> Usage:
    """The mean of at least one usage, rounded up, as an estimate."""
    total = sum(usages, Usage())
    return _scaled(total, 1, len(usages))


def times(usage: Usage, turns: int) -> Usage:
    """The usage of several turns like this one."""
    return _scaled(usage, turns, 1)


def with_work_ahead(turn: Usage, ahead: Ahead) -> Usage:
    """The usage of a turn, work done ahead while the reader reads included."""
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
    """The usage of a storyteller's last turns; openings that were told without asking a server don't count."""
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
    """A fraction or a multiple of a usage, rounded up; an estimate unless it is nothing."""
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
