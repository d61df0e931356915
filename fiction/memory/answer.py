"""One recall, on the index's thread: search by words and by vectors, join the candidates, fetch the passages."""

from typing import Protocol

import numpy as np

from fiction.memory import fuse
from fiction.memory.columns import Floats, Whole
from fiction.memory.index import PassageIndex, SearchQuery
from fiction.memory.upkeep import Upkeep
from fiction.story.memory import Cue, Memory, Recall, TurnId


class Nearest(Protocol):
    """A running search for the pieces nearest to a vector."""

    def pieces(self) -> Whole | None:
        """Allowed pieces that include the nearest; None if the caller must compare all allowed pieces."""
        ...


class DenseArm(Protocol):
    """The search by vectors."""

    def ask(self, question: SearchQuery, index: PassageIndex) -> Nearest:
        """Start a search for the nearest pieces; returns at once."""
        ...


class ExactArm:
    """The search by vectors without Chroma: the query is compared with every allowed piece."""

    def ask(self, question: SearchQuery, index: PassageIndex) -> Nearest:
        """Returns self: exact search needs no index."""
        return self

    def pieces(self) -> Whole | None:
        """Always None."""
        return None


EXACTLY = ExactArm()


def answer(cue: Cue, overrides: tuple[Memory, ...], upkeep: Upkeep, arm: DenseArm | None) -> Recall:
    """Recall for a cue; without `arm` by words only."""
    index = upkeep.index
    question = index.ask(cue, overrides)
    asked = arm.ask(question, index) if arm is not None and question.vector is not None else None
    lexical = question.lexical()
    by_words = fuse.best(lexical, fuse.CANDIDATES)
    pieces, likeness = by_words, None
    if asked is not None and question.vector is not None:
        among = asked.pieces()
        if among is None:
            among = np.flatnonzero(question.allowed)
        nearest = index.nearest(question.vector, among, fuse.CANDIDATES)
        wordings = index.wordings(overrides)
        pieces = np.union1d(np.union1d(by_words, nearest), wordings[question.allowed[wordings]])
        likeness = (index.rows(pieces) @ question.vector).astype(np.float64)
    ranked = fuse.rank(pieces, lexical, likeness, index.catalogue)
    held = fuse.pinned(overrides, cue)
    changed = {memory.turn: memory.text for memory in overrides}
    by_piece = {standing.turn: standing.piece for standing in ranked}

    def text(turn: TurnId) -> str:
        return changed[turn] if turn in changed else upkeep.text(turn)

    def vector(turn: TurnId) -> Floats | None:
        piece = by_piece.get(turn)
        return index.rows([piece])[0] if piece is not None and index.has_vector(piece) else None

    return Recall(
        items=fuse.assemble(ranked, cue=cue, held=held, text=text, vector=vector),
        lexical=fuse.by_words_alone(lexical, index.catalogue, text, frozenset(memory.turn for memory in held)),
    )
