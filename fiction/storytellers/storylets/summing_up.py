"""Summaries of a story that no model tells: what the short-term memory took in, turn by turn, put together."""

from collections.abc import Iterable

from fiction.story.ledger import LedgerOp, Summarise
from fiction.story.memory import Rationale
from fiction.story.scene import Scene
from fiction.text.tokens import joined, sentences, words

TURNS = 8
"""Turns that one summary covers."""
_WORDS = 120


def summing_up(scene: Scene, rationale: Rationale) -> tuple[LedgerOp, ...]:
    """What sums up the last turns and, where there are many summaries, the oldest of them; mostly nothing."""
    first = scene.ledger.summed_up + 1
    ops: list[LedgerOp] = []
    if scene.depth - first + 1 >= TURNS:
        reasons = [turn.rationale for turn in scene.recent if turn.depth >= first]
        lines = [change.what for each in (*reasons, rationale) for change in each.added]
        if text := _within(lines):
            ops.append(Summarise(first, scene.depth, text))
    if parts := scene.ledger.to_put_together:
        firsts = [sentence for part in parts for sentence in sentences(part.text)[:2]]
        ops.append(Summarise(parts[0].first, parts[-1].last, _within(firsts), parts[0].level + 1))
    return tuple(ops)


def _within(lines: Iterable[str]) -> str:
    """As many of the lines as make a summary, in their order, none twice."""
    kept: list[str] = []
    for line in dict.fromkeys(lines):
        if kept and words(joined([*kept, line])) > _WORDS:
            break
        kept.append(line)
    return joined(kept)
