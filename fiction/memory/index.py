"""The index of one story, in memory and without threads: words, tree positions, vectors and texts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from fiction.memory.catalogue import AS_TOLD, Catalogue, edition
from fiction.memory.columns import Flags, Floats, GrowingArray, Scores, Whole
from fiction.memory.embedders import Embedder, embed_passage
from fiction.memory.lexical import Evidence, LexicalIndex
from fiction.memory.passages import pieces
from fiction.memory.sketch import sketch_length, sketched
from fiction.memory.terms import Words
from fiction.story.memory import Cue, Embedding, Memory, TurnId

_THREAD_WEIGHT = 0.5
_BLOCK = 512
_COARSE = 8
"""Pieces selected by sketches, to be compared by full vectors, for each piece asked for."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A cue prepared for both searches."""

    allowed: Flags
    """Mask of the pieces that may be recalled."""
    terms: tuple[str, ...]
    thread: tuple[str, ...]
    evidence: Evidence
    vector: Floats | None
    """The query's vector; None if every word is too common or the embedder failed."""

    def lexical(self) -> Scores:
        """BM25 score of every piece, the thread at half weight; rounded to be the same on every machine."""
        scores = self.evidence.bm25(self.terms)
        if self.thread:
            scores += _THREAD_WEIGHT * self.evidence.bm25(self.thread)
        return scores.round(6)


class PassageIndex:
    """The pieces of all passages: their terms, their positions in the tree, their vectors."""

    def __init__(
        self,
        words: Words,
        embedder: Embedder,
        *,
        catalogue: Catalogue | None = None,
        lexical: LexicalIndex | None = None,
    ) -> None:
        """Empty, or filled from a cache file. Raises ValueError if `catalogue` and `lexical` differ in length."""
        self.words = words
        self.embedder = embedder
        self.catalogue = catalogue or Catalogue()
        self.lexical = lexical or LexicalIndex()
        if len(self.catalogue) != len(self.lexical):
            raise ValueError("the cache is not whole")
        count = len(self.lexical)
        dim, short = embedder.dim, sketch_length(embedder.dim)
        self._rows = GrowingArray(np.float32, width=dim, values=np.zeros((count, dim), np.float32))
        self._sketches = GrowingArray(np.float32, width=short, values=np.zeros((count, short), np.float32))
        self._has = GrowingArray(np.bool_, values=np.zeros(count, np.bool_))
        self.texts: dict[TurnId, str] = {}
        """Unedited passages read so far."""

    def __len__(self) -> int:
        return len(self.lexical)

    # --- indexing ---

    def take(self, memory: Memory) -> bool:
        """Index a passage, or the reader's edit of one. False if it is already indexed."""
        which = edition(memory)
        if which == AS_TOLD:
            self.texts[memory.turn] = memory.text
        if self.catalogue.holds(memory):
            self.catalogue.weigh(memory)
            return False
        self.catalogue.drop(memory.turn, which)
        parts = pieces(memory.text)
        self.catalogue.add(memory, len(parts))
        for part in parts:
            self.lexical.add(self.words.terms(f"{memory.title}\n{part}"))
            self._rows.append(0.0)
            self._sketches.append(0.0)
            self._has.append(False)
        return True

    def take_with_vector(self, memory: Memory) -> None:
        """Index a passage, or the reader's edit of one, and embed it; without a vector if that fails."""
        if self.take(memory):
            self.place(memory.turn, self._try_to_embed(memory.text), which=edition(memory))

    def wordings(self, overrides: Iterable[Memory]) -> Whole:
        """The pieces of the reader's edits: few, and only in this index."""
        found = [self.catalogue.pieces(memory.turn, edition(memory)) for memory in overrides if memory.edited]
        return np.array([piece for pieces in found for piece in pieces], np.int64)

    def forget(self, turn: TurnId) -> None:
        """Remove a turn that is no longer in the save."""
        self.catalogue.drop(turn)
        self.texts.pop(turn, None)

    # --- vectors ---

    def place(self, turn: TurnId, embedding: Embedding | None, *, which: int = AS_TOLD) -> bool:
        """Store the vectors of an indexed passage. False if they are of another embedder or don't match its pieces."""
        numbers = self.catalogue.pieces(turn, which)
        if embedding is None or embedding.model != self.embedder.name:
            return False
        if not numbers or len(embedding.vector) != 2 * self.embedder.dim * len(numbers):
            return False
        rows = np.frombuffer(embedding.vector, "<f2").astype(np.float32).reshape(len(numbers), -1)
        if not np.isfinite(rows).all():
            return False
        self._rows.all[numbers] = rows
        self._sketches.all[numbers] = sketched(rows)
        self._has.all[numbers] = True
        return True

    def without_vectors(self) -> list[TurnId]:
        """Turns whose unedited passages have no vector yet."""
        has = self._has.all
        return [turn for turn in self.catalogue.told() if not has[self.catalogue.pieces(turn)[0]]]

    def has_vector(self, piece: int) -> bool:
        """Whether the piece has a vector."""
        return bool(self._has.all[piece])

    def with_vectors(self, numbers: Whole) -> Whole:
        """The given pieces without those that have no vector."""
        having: Whole = numbers[self._has.all[numbers]]
        return having

    @property
    def sketches(self) -> Floats:
        """A view of the sketches of all vectors."""
        return self._sketches.all

    def rows(self, numbers: Sequence[int] | Whole) -> Floats:
        """A copy of some pieces' vectors; zeros for a missing one."""
        return self._rows.all[numbers]

    # --- searching ---

    def ask(self, cue: Cue, overrides: Iterable[Memory]) -> SearchQuery:
        """Prepare a cue: the pieces that may be recalled, the rarity of its words among them, the query's vector."""
        changed = tuple(overrides)
        for memory in changed:
            if memory.edited and not memory.forgotten:
                self.take_with_vector(memory)
        allowed = self.catalogue.allowed(cue.lineage, cue.before, changed)
        terms, thread = tuple(self.words.terms(cue.text)), tuple(self.words.terms(cue.thread))
        evidence = self.lexical.look_up(terms + thread, allowed)
        return SearchQuery(allowed, terms, thread, evidence, self._vector(cue, evidence))

    def nearest(self, vector: Floats, among: Whole, count: int) -> Whole:
        """The pieces nearest to the vector, in no order.

        Among many pieces, sketches preselect; full vectors always decide.
        """
        among = self.with_vectors(among)
        if len(among) > _COARSE * count:
            likeness = _products(self._sketches.all, sketched(vector[None])[0])[among]
            among = among[np.argpartition(-likeness, _COARSE * count)[: _COARSE * count]]
        if len(among) <= count:
            return among
        return among[np.argpartition(-(self.rows(among) @ vector), count)[:count]]

    def _vector(self, cue: Cue, evidence: Evidence) -> Floats | None:
        def rarity(term: str) -> float:
            return 0.0 if evidence.common(term) else evidence.rarity(term)

        try:
            vector = self.embedder.question(cue.text, rarity)
            if cue.thread:
                vector = vector + _THREAD_WEIGHT * self.embedder.question(cue.thread, rarity)
        except Exception:  # noqa: BLE001 - an embedder may be a server; BM25 answers without it
            return None
        size = float(np.linalg.norm(vector))
        return (vector / size).astype(np.float32) if size > 0 and np.isfinite(size) else None

    def _try_to_embed(self, text: str) -> Embedding | None:
        try:
            return embed_passage(self.embedder, text)
        except Exception:  # noqa: BLE001 - an embedder may be a server; BM25 finds the text without it
            return None


def _products(rows: Floats, vector: Floats) -> Floats:
    """The products of rows with a vector, in blocks: for a whole matrix BLAS would start threads."""
    return np.concatenate([rows[at : at + _BLOCK] @ vector for at in range(0, len(rows), _BLOCK)])
