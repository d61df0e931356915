"""The turns that stand in a prompt word for word, as messages: the reader's choice, the storyteller's passage."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from fiction.llm.request import TOKENS_A_MESSAGE, Message
from fiction.story.ledger import Summary
from fiction.story.plan import ChoiceKind
from fiction.story.turn import Turn
from fiction.text.sanitise import clean
from fiction.text.tokens import clip, clip_start, estimate, joined, wide

_MAX_CHOICE = 90
"""Tokens of what the reader chose then."""
_BEFORE = "What went before, in short:"
_BEGINS, _RUNS_ON = "(the story begins)", "(the moment runs on)"


@dataclass(frozen=True, slots=True)
class ToldTurns:
    """The newest turns, oldest first."""

    messages: tuple[Message, ...] = ()
    depths: frozenset[int] = frozenset()
    """Of those that stand here whole."""

    @property
    def tokens(self) -> int:
        """Of all, by our estimate."""
        return sum(map(_cost, self.messages))


def told_turns(turns: Sequence[Turn], tokens: int, *, step: int) -> ToldTurns:
    """As many of the newest turns as fit into `tokens`, beginning after a turn whose depth is a multiple of `step`.

    So the beginning stays where it is for `step` turns and then moves by as many at once: a server that has read the
    last prompt has read most of this one. Of a last turn that does not fit alone, the end of its passage is kept.

    Args:
        turns: the last turns, oldest first; those that have no passage are left out.
        tokens: room by our estimate.
        step: turns by which the beginning moves, at least 1.
    """
    told = [turn for turn in turns if turn.passage.strip()]
    pairs = [_messages(turn) for turn in told]
    costs = [sum(map(_cost, pair)) for pair in pairs]
    fits = len(told)
    while fits and sum(costs[fits - 1 :]) <= tokens:
        fits -= 1
    at = next((n for n in range(fits, len(told)) if n == 0 or (told[n].depth - 1) % step == 0), fits)
    if at < len(told):
        kept = pairs[at:]
        return ToldTurns(tuple(message for pair in kept for message in pair), frozenset(t.depth for t in told[at:]))
    return _last_alone(told[-1], tokens) if told else ToldTurns()


def after_summaries(turns: ToldTurns, summaries: Sequence[Summary], tokens: int) -> ToldTurns:
    """The same with what went before at its head: of the summaries that end before it, the newest that fit."""
    first = min(turns.depths, default=0)
    kept: list[str] = []
    for summary in reversed([summary for summary in summaries if not first or summary.last < first]):
        line = f"- {clean(summary.text)}"
        tokens -= estimate(line) + 1
        if tokens < 0:
            break
        kept.append(line)
    if not kept or not turns.messages:
        return turns
    head, *rest = turns.messages
    before = "\n".join((_BEFORE, *reversed(kept)))
    return replace(turns, messages=({"role": "user", "content": f"{before}\n\n{head['content']}"}, *rest))


def chosen(turn: Turn) -> str:
    """What the reader chose in a turn, on one line that says so."""
    match turn.choice.kind:
        case ChoiceKind.BEGIN:
            return f"> {_BEGINS}"
        case ChoiceKind.CONTINUE:
            return f"> {_RUNS_ON}"
        case _:
            return f"> {_flat(clip(clean(turn.choice.text), _MAX_CHOICE)) or _RUNS_ON}"


def _last_alone(turn: Turn, tokens: int) -> ToldTurns:
    """A turn of which only the end fits."""
    choice, passage = _messages(turn)
    end = clip_start(passage["content"], tokens - _cost(choice) - TOKENS_A_MESSAGE)
    if not end:
        return ToldTurns()
    return ToldTurns((choice, {"role": "assistant", "content": end}), frozenset())


def _messages(turn: Turn) -> tuple[Message, Message]:
    return {"role": "user", "content": chosen(turn)}, {"role": "assistant", "content": _clean(turn.passage)}


@lru_cache(maxsize=256)
def _clean(passage: str) -> str:
    return clean(passage).strip()


def _cost(message: Message) -> int:
    return estimate(message["content"]) + TOKENS_A_MESSAGE


def _flat(text: str) -> str:
    return joined(text.split("\n")) if wide(text) else " ".join(text.split())
