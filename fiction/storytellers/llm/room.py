"""How a turn's tokens are shared out between what is asked and what is answered."""

from dataclasses import dataclass

from fiction.story.memory import SHORT_TERM_SENTENCES, SHORT_TERM_WORDS
from fiction.story.reader import Length

SMALL_BUDGET = 3000
"""Under this a turn has no room for whole notes."""
_SLACK = 0.03
"""Share of the budget that is left for what an estimate gets wrong."""
_TOKENS_A_WORD = 1.4
_LEAST_PROMPT = 500
_TAIL, _LEAST_TAIL, _MOST_TAIL = 0.13, 230, 700


@dataclass(frozen=True, slots=True)
class Room:
    """Tokens, for one turn of two calls; the second holds the first and its reply."""

    prompt: int
    """The system message and the first message of the user."""
    tail: int
    """Of the prompt: what is asked, the plan, and what only this plan calls for."""
    passage: int
    """Cap on the passage."""
    notes: int
    """Cap on the notes."""
    memory_words: int
    """What the new short-term memory should keep to."""
    bible: int
    """Of the prompt: the world's own description."""
    small: bool
    """Notes are plans and memory only."""

    @property
    def memory_sentences(self) -> int:
        """What the new short-term memory should keep to, in sentences of about fifteen words."""
        return min(SHORT_TERM_SENTENCES, max(8, self.memory_words // 15))


def room_for(budget: int, length: Length, *, small: bool = False) -> Room:
    """Share out a budget of tokens for a whole turn, replies included."""
    small = small or budget < SMALL_BUDGET
    passage = length.words[1] * 2
    memory_words = 110 if small else min(SHORT_TERM_WORDS, max(140, 200 + (budget - 4096) // 12))
    memory_tokens = int(memory_words * _TOKENS_A_WORD)
    notes = memory_tokens + (260 if small else 720)
    instruction = 240 if small else 640
    prompt = max(_LEAST_PROMPT, int(budget * (1 - _SLACK)) - passage - notes - instruction)
    return Room(
        prompt=prompt,
        tail=max(_LEAST_TAIL, min(_MOST_TAIL, int(prompt * _TAIL))),
        passage=passage,
        notes=notes,
        memory_words=memory_words,
        bible=max(120, min(1600, prompt // 4)),
        small=small,
    )
