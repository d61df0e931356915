"""How a turn's tokens are shared out between what is asked and what is answered."""

from dataclasses import dataclass

from fiction.story.memory import SHORT_TERM_SENTENCES, SHORT_TERM_WORDS
from fiction.text.lengths import Measure

SMALL_BUDGET = 3000
"""Under this a turn has no room for whole notes."""
LEAST_NOTES = 520
"""Cap on notes after a passage that took more than its share."""
_SLACK = 0.03
"""Share of the budget that is left for what an estimate gets wrong."""
_LEAST_PROMPT = 500
_TAIL, _LEAST_TAIL, _MOST_TAIL = 0.1, 235, 700
_CAP, _USUAL = 1.4, 1.15
"""A passage's tokens: where it is cut, and where most end, over the greatest number of words that is asked for. Where
there is little room it is cut where most end."""
_NOTES, _SMALL_NOTES = 700, 260
"""Tokens of notes beside the memory."""
_ASKING, _ASKING_SMALL = 640, 240
"""Tokens of what asks for notes."""


@dataclass(frozen=True, slots=True)
class TokenBudget:
    """Tokens, for one turn of two calls; the second holds the first and its reply."""

    budget: int
    """For all of it, without the slack."""
    prompt: int
    """The system message and the first message of the user."""
    tail: int
    """Of the prompt: what is asked, the plan, and what only this plan calls for."""
    passage: int
    """Cap on the passage."""
    notes: int
    """Cap on the notes, after a passage of the usual length."""
    memory_words: int
    """What the new short-term memory should keep to."""
    bible: int
    """Of the prompt: the world's own description."""
    small: bool
    """Notes are plans and memory only."""
    measure: Measure = Measure()

    @property
    def memory_sentences(self) -> int:
        """What the new short-term memory should keep to, in sentences of about fourteen words."""
        return min(SHORT_TERM_SENTENCES, max(8, self.memory_words // 14))

    def notes_after(self, asked: int) -> int:
        """Cap on the notes where what asks for them, passage and all, is so many tokens."""
        return max(min(LEAST_NOTES, self.notes), min(self.notes, self.budget - asked))


def room_for(budget: int, words: int, *, small: bool = False, language: str = "en") -> TokenBudget:
    """Share out a budget of tokens for a whole turn, replies included, whose passage has at most so many words."""
    small = small or budget < SMALL_BUDGET
    measure = Measure.of(language)
    whole = int(budget * (1 - _SLACK))
    passage = measure.tokens(words)
    cap, usual = (_USUAL, _USUAL) if small else (_CAP, _USUAL)
    memory_words = 110 if small else min(SHORT_TERM_WORDS, max(120, 125 + (budget - 4096) // 14))
    notes = measure.tokens(memory_words) + (_SMALL_NOTES if small else _NOTES)
    prompt = max(_LEAST_PROMPT, whole - int(passage * usual) - notes - (_ASKING_SMALL if small else _ASKING))
    return TokenBudget(
        budget=whole,
        prompt=prompt,
        tail=max(_LEAST_TAIL, min(_MOST_TAIL, int(prompt * _TAIL))),
        passage=int(passage * cap),
        notes=notes,
        memory_words=memory_words,
        bible=max(100, min(1600, prompt // (8 if small else 5))),
        small=small,
        measure=measure,
    )
