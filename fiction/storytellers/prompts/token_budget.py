"""How a turn's tokens are shared out between what is asked and what is answered."""

from dataclasses import dataclass

from fiction.story.memory import SHORT_TERM_SENTENCES, SHORT_TERM_WORDS
from fiction.text.lengths import Measure

SMALL_BUDGET = 3600
"""Under this a turn has no room for whole notes."""
LEAST_NOTES = 520
"""Cap on notes after a passage that took more than its share."""
_SMALLEST, _LARGE, _BUYS_A_WORD = 4096, 8192, 70
"""Tokens; so many of a budget buy the memory a word more."""
_SLACK = 0.03
"""Share of the budget that is left for what an estimate gets wrong."""
_LEAST_PROMPT = 500
_TAIL, _LEAST_TAIL, _MOST_TAIL = 0.15, 225, 1100
_CAP, _USUAL = 1.4, 1.15
"""A passage's tokens: where it is cut, and where most end, over the greatest number of words that is asked for. Where
there is little room it is cut where most end."""
_NOTES, _SMALL_NOTES, _ROOMY_NOTES = 750, 260, 1000
"""Tokens of notes beside the memory: all of them, small ones, and where there is room for summaries."""
_ASKING, _ASKING_SMALL, _ASKING_BRIEFLY = 840, 250, 260
"""Tokens of what asks for notes: all of it, for small ones, and where the system message says what notes are."""
_LEAST_WORLD, _MOST_WORLD, _SMALL_WORLD = 340, 12_000, 12
_WORLD, _LARGE_WORLD = 0.25, 0.47
"""Of what a budget has over 4,096, and over 8,192, for the world."""
ROOMY_BUDGET = 5500
"""From this on the system message has all the rules, and says what notes are."""
_MATERIAL, _MOST_MATERIAL = 0.45, 1400
"""Of what system message and tail leave of a prompt, for what is known; and the most of it."""
_A_TURN = 60
"""Tokens of a told turn besides its passage."""
_WINDOW = 0.45
"""Of a budget, about what told turns take where there is room."""


@dataclass(frozen=True, slots=True)
class TokenBudget:
    """Tokens, for one turn of two calls; the second holds the first and its reply."""

    budget: int
    """For all of it, without the slack."""
    prompt: int
    """The system message and the first message of the user."""
    tail: int
    """Of the prompt: what the plan calls for, what is asked, and the plan."""
    passage: int
    """Cap on the passage."""
    notes: int
    """Cap on the notes, after a passage of the usual length."""
    memory_words: int
    """What the new short-term memory should keep to."""
    world: int
    """Of the prompt: the world, in the system message."""
    small: bool
    """Notes are plans and memory only."""
    notes_in_system: bool = False
    """What notes are stands in the system message, where a server keeps it cached, and not in the question."""
    step: int = 1
    """Turns by which the told ones move on at once, where there are more than there is room for."""
    measure: Measure = Measure()

    @property
    def memory_sentences(self) -> int:
        """What the new short-term memory should keep to, in sentences of about fourteen words."""
        return min(SHORT_TERM_SENTENCES, max(8, self.memory_words // 14))

    def material(self, left: int) -> int:
        """Of the tokens that system message and tail leave, those for what is known; told turns have the rest."""
        return min(_MOST_MATERIAL, int(left * _MATERIAL))

    def notes_after(self, asked: int) -> int:
        """Cap on the notes where what asks for them, passage and all, is so many tokens."""
        return max(min(LEAST_NOTES, self.notes), min(self.notes, self.budget - asked))


def room_for(
    budget: int, words: int, *, usual_words: int = 0, small: bool = False, language: str = "en"
) -> TokenBudget:
    """Share out a budget of tokens for a whole turn, replies included.

    Args:
        budget: tokens by our estimate.
        words: the most that this passage should have.
        usual_words: the most that most passages have; 0 for as many.
        small: the notes are plans and memory only.
        language: BCP 47.
    """
    small = small or budget < SMALL_BUDGET
    measure = Measure.of(language)
    whole = int(budget * (1 - _SLACK))
    passage = measure.tokens(words)
    cap, usual = (_USUAL, _USUAL) if small else (_CAP, _USUAL)
    memory_words = 110 if small else min(SHORT_TERM_WORDS, max(120, 125 + (budget - _SMALLEST) // _BUYS_A_WORD))
    in_system = budget >= ROOMY_BUDGET and not small
    notes = measure.tokens(memory_words) + (_SMALL_NOTES if small else _ROOMY_NOTES if in_system else _NOTES)
    asking = _ASKING_SMALL if small else _ASKING_BRIEFLY if in_system else _ASKING
    prompt = max(_LEAST_PROMPT, whole - int(passage * usual) - notes - asking)
    return TokenBudget(
        budget=whole,
        prompt=prompt,
        tail=max(_LEAST_TAIL, min(_MOST_TAIL, int(prompt * _TAIL))),
        passage=int(passage * cap),
        notes=notes,
        memory_words=memory_words,
        world=_world(budget),
        small=small,
        notes_in_system=in_system,
        step=max(1, int(budget * _WINDOW) // (2 * (measure.tokens(usual_words or words) + _A_TURN))),
        measure=measure,
    )


def _world(budget: int) -> int:
    """Tokens of the system message for the world: from 16,384 on enough for one of usual size, whole."""
    over, far_over = max(0, min(budget, _LARGE) - _SMALLEST), max(0, budget - _LARGE)
    least = min(_LEAST_WORLD, budget // _SMALL_WORLD)
    return min(_MOST_WORLD, int(least + _WORLD * over + _LARGE_WORLD * far_over))
