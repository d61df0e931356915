"""Summaries of what happened: when one is due, what is asked for, and what comes of the answer."""

from typing import TYPE_CHECKING

from fiction.story.ledger import LedgerOp, Summarise
from fiction.story.scene import Scene
from fiction.storytellers.prompts.templates import fenced, prompt
from fiction.storytellers.prompts.token_budget import TokenBudget
from fiction.text.sanitise import clean_line
from fiction.text.tokens import clip, words

if TYPE_CHECKING:
    from fiction.storytellers.replies.notes import Notes

_LEAST_TURNS, _MOST_TURNS = 3, 8
"""Turns that one summary covers."""
_WORDS, _FEW_WORDS = 120, 60
"""Of a summary, and of one where there is little room."""
_LEAST_WORDS = 6
_MOST_TOKENS = 260
"""Of a summary that says more than it was asked to."""
_NAMED = 60
"""Characters of a choice that says where a summary begins."""


def summary_asked(scene: Scene, room: TokenBudget) -> str:
    """The sentence that asks for a summary of the last turns; empty where none is due."""
    if scene.depth - scene.ledger.summed_up < _turns(room):
        return ""
    since = next((turn.choice.text for turn in scene.recent if turn.depth == scene.ledger.summed_up + 1), "")
    named = clean_line(since, limit=_NAMED) or "the beginning"
    return f"{prompt('notes_summary', since=named, words=_length(room))} "


def chapter_asked(scene: Scene, room: TokenBudget, mark: str) -> str:
    """What asks to put the oldest summaries of a level together, with their texts; empty where there are few."""
    parts = "\n".join(f"- {fenced(summary.text, mark)}" for summary in scene.ledger.to_put_together)
    asked = prompt("notes_chapter", words=_length(room), mark=mark, parts=parts)
    return f"\n\n{asked}\n\n" if parts else ""


def summary_ops(notes: "Notes", scene: Scene) -> tuple[LedgerOp, ...]:
    """What the answer sums up, as far as there is anything to sum up."""
    ops: list[LedgerOp] = []
    first = scene.ledger.summed_up + 1
    if scene.depth - first + 1 >= _LEAST_TURNS and words(notes.summary) >= _LEAST_WORDS:
        ops.append(Summarise(first, scene.depth, _bounded(notes.summary)))
    parts = scene.ledger.to_put_together
    if parts and words(notes.chapter) >= _LEAST_WORDS:
        ops.append(Summarise(parts[0].first, parts[-1].last, _bounded(notes.chapter), parts[0].level + 1))
    return tuple(ops)


def _turns(room: TokenBudget) -> int:
    """Turns after which a summary is due: sooner than their passages leave the prompt."""
    return min(_MOST_TURNS, max(_LEAST_TURNS, room.step))


def _length(room: TokenBudget) -> str:
    return room.measure.said(_WORDS if room.notes_in_system else _FEW_WORDS)


def _bounded(text: str) -> str:
    return clip(" ".join(text.split()), _MOST_TOKENS)
