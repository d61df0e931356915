"""From two arms' scores to a few passages: min-max sum, importance, no near-duplicates, the order of the story."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from fiction.memory.catalogue import Catalogue, PieceEntry
from fiction.memory.columns import Floats, Scores, Whole
from fiction.story.memory import Cue, Memory, Recalled, TurnId

CANDIDATES = 50
"""How many pieces each arm puts forward."""
LEXICAL_BEST = 8
"""How many of BM25's own best are named."""

_IMPORTANCE_WEIGHT = 0.1
_SAME_VECTOR = 0.95
_SAME_WORDS = 0.9


@dataclass(frozen=True, slots=True)
class Standing:
    """A turn among the candidates, with its best piece's scores."""

    turn: TurnId
    depth: int
    importance: int
    piece: int
    """The piece by which it was found."""
    lexical: float
    dense: float

    @property
    def score(self) -> float:
        """The min-max sum, and a little for importance."""
        return self.lexical + self.dense + _IMPORTANCE_WEIGHT * self.importance / 10


@dataclass(slots=True)
class _Found:
    place: PieceEntry
    piece: int
    words: float = 0.0
    likeness: float = 0.0


def best(scores: Scores, count: int) -> Whole:
    """The pieces with the highest positive scores; more than `count` only where the last ones are equal."""
    found = np.flatnonzero(scores > 0)
    if len(found) <= count:
        return found
    bar = np.partition(scores[found], len(found) - count)[len(found) - count]
    kept: Whole = found[scores[found] >= bar]
    return kept


def shares(values: Sequence[float]) -> list[float]:
    """Values between their least (0) and their greatest (1); all equal ones are worth 1 if they are worth anything."""
    if not values:
        return []
    low, high = min(values), max(values)
    if high <= low:
        return [1.0 if high > 0 else 0.0] * len(values)
    return [(value - low) / (high - low) for value in values]


def rank(pieces: Whole, lexical: Scores, dense: Scores | None, catalogue: Catalogue) -> list[Standing]:
    """The turns that the pieces belong to, best first. `dense` goes with `pieces`, `lexical` with the whole index."""
    words = lexical[pieces].tolist()
    likeness = np.maximum(dense, 0).tolist() if dense is not None else [0.0] * len(words)
    found: dict[TurnId, _Found] = {}
    for place, piece, word, like in zip(catalogue.places(pieces), pieces.tolist(), words, likeness, strict=True):
        known = found.setdefault(place.turn, _Found(place, piece))
        known.words, known.likeness = max(known.words, word), max(known.likeness, like)
    by_words = shares([one.words for one in found.values()])
    by_likeness = shares([one.likeness for one in found.values()])
    ranked = [
        Standing(turn, one.place.depth, one.place.importance, one.piece, round(lexical_share, 6), round(dense_share, 6))
        for (turn, one), lexical_share, dense_share in zip(found.items(), by_words, by_likeness, strict=True)
    ]
    return sorted(ranked, key=lambda standing: (-round(standing.score, 6), -standing.depth))


def pinned(overrides: Iterable[Memory], cue: Cue) -> list[Memory]:
    """What the reader pinned on this path, in the order of the story; what stands in the prompt already is left out."""
    held = {
        memory.turn: memory
        for memory in overrides
        if memory.pinned
        and not memory.forgotten
        and memory.depth < cue.before
        and cue.lineage.holds(memory.segment, memory.depth)
    }
    return sorted(held.values(), key=lambda memory: memory.depth)


def assemble(
    ranked: Sequence[Standing],
    *,
    cue: Cue,
    held: Sequence[Memory],
    text: Callable[[TurnId], str],
    vector: Callable[[TurnId], Floats | None],
) -> tuple[Recalled, ...]:
    """Everything pinned and the best of the rest, at most `cue.limit` of them, in the order of the story."""
    standings = {standing.turn: standing for standing in ranked}
    chosen = [_pinned(memory, standings.get(memory.turn)) for memory in held]
    room = max(0, cue.limit) + len(chosen)
    taken = {item.turn for item in chosen}
    for standing in ranked:
        if len(chosen) >= room:
            break
        if standing.turn in taken or standing.lexical + standing.dense <= 0:
            continue
        item = _recalled(standing, text(standing.turn))
        if item.text and not any(_same(item, other, vector) for other in chosen):
            chosen.append(item)
    return tuple(sorted(chosen, key=lambda item: item.depth))


def by_words_alone(
    lexical: Scores, catalogue: Catalogue, text: Callable[[TurnId], str], pins: frozenset[TurnId]
) -> tuple[Recalled, ...]:
    """BM25's own best, best first; their scores are shares of the first one's."""
    scores: dict[TurnId, float] = {}
    depths: dict[TurnId, int] = {}
    found = best(lexical, CANDIDATES)
    for place, score in zip(catalogue.places(found), lexical[found].tolist(), strict=True):
        scores[place.turn] = max(score, scores.get(place.turn, 0.0))
        depths[place.turn] = place.depth
    ranked = sorted(scores, key=lambda turn: (-scores[turn], -depths[turn]))[:LEXICAL_BEST]
    return tuple(
        Recalled(turn, depths[turn], passage, lexical=share, score=share, pinned=turn in pins)
        for turn in ranked
        for share, passage in [(round(scores[turn] / scores[ranked[0]], 6), text(turn))]
        if passage
    )


def _recalled(standing: Standing, text: str) -> Recalled:
    return Recalled(
        standing.turn, standing.depth, text, round(standing.score, 6), standing.dense, standing.lexical, False
    )


def _pinned(memory: Memory, standing: Standing | None) -> Recalled:
    if standing is None:
        return Recalled(memory.turn, memory.depth, memory.text, pinned=True)
    return Recalled(
        memory.turn, memory.depth, memory.text, round(standing.score, 6), standing.dense, standing.lexical, True
    )


def _same(item: Recalled, other: Recalled, vector: Callable[[TurnId], Floats | None]) -> bool:
    words, others = set(item.text.casefold().split()), set(other.text.casefold().split())
    if len(words & others) >= _SAME_WORDS * len(words | others):
        return True
    one, two = vector(item.turn), vector(other.turn)
    return one is not None and two is not None and float(one @ two) > _SAME_VECTOR
