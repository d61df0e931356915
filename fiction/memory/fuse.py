"""Fuses the scores of two searches into a few passages: min-max sum, importance, no near-duplicates, story order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from fiction.memory.catalogue import Catalogue, PieceEntry
from fiction.memory.columns import Floats, Scores, Whole
from fiction.story.memory import Cue, Memory, Recalled, TurnId

CANDIDATES = 50
"""Candidates from each search, in pieces."""
LEXICAL_BEST = 8
"""Passages in a recall by words only."""

_IMPORTANCE_WEIGHT = 0.1
_SAME_VECTOR = 0.95
_SAME_WORDS = 0.9


@dataclass(frozen=True, slots=True)
class Standing:
    """A candidate turn with the scores of its best piece."""

    turn: TurnId
    depth: int
    importance: int
    piece: int
    """The first of its pieces among the candidates."""
    lexical: float
    dense: float

    @property
    def score(self) -> float:
        """The min-max sum plus a small share for importance."""
        return self.lexical + self.dense + _IMPORTANCE_WEIGHT * self.importance / 10


@dataclass(slots=True)
class _Found:
    place: PieceEntry
    piece: int
    words: float = 0.0
    likeness: float = 0.0


def best(scores: Scores, count: int) -> Whole:
    """The pieces with the highest positive scores; more than `count` only if the last ones tie."""
    found = np.flatnonzero(scores > 0)
    if len(found) <= count:
        return found
    bar = np.partition(scores[found], len(found) - count)[len(found) - count]
    kept: Whole = found[scores[found] >= bar]
    return kept


def shares(values: Sequence[float]) -> list[float]:
    """Values scaled to 0 (the least) to 1 (the greatest); equal values are all 1 if positive, else 0."""
    if not values:
        return []
    low, high = min(values), max(values)
    if high <= low:
        return [1.0 if high > 0 else 0.0] * len(values)
    return [(value - low) / (high - low) for value in values]


def rank(pieces: Whole, lexical: Scores, dense: Scores | None, catalogue: Catalogue) -> list[Standing]:
    """The turns of the pieces, best first. `dense` is aligned with `pieces`, `lexical` with the whole index."""
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
    """The reader's pinned memories on this path, in story order, except turns already in the prompt."""
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
    """All pinned memories and at most `cue.limit` of the best others, in story order."""
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
    """The best turns by BM25, best first; scores are relative to the best."""
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
