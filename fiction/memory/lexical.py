"""BM25 over the pieces of passages, in memory: a search takes about a millisecond.

Okapi BM25 (Robertson and Zaragoza 2009) with k1 1.2 and b 0.75. All statistics (number and length of pieces, frequency
of terms) count only the pieces that may be recalled, so that other branches of the story change no score.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from fiction.memory.columns import Flags, GrowingArray, Scores, Whole

_K1 = 1.2
_B = 0.75
_COUNT_BITS = 8
_MOST = (1 << _COUNT_BITS) - 1
_TOO_COMMON = 0.25
_NEVER_COMMON = 3

Postings = NDArray[np.uint32]
"""One number for each piece that contains a term: the piece's number, shifted, and the term's count (at most 255)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Occurrences of a query's terms in the pieces that may be recalled."""

    hits: Mapping[str, tuple[Whole, Scores]]
    """Term -> pieces and its count in each; only for the query's terms."""
    total: int
    """The number of pieces that may be recalled."""
    norms: Scores
    """BM25 length norm of every piece."""

    def rarity(self, term: str) -> float:
        """The term's weight (idf), at least 0; greatest for a term without occurrences."""
        found = len(self.hits[term][0]) if term in self.hits else 0
        return log(1 + (self.total - found + 0.5) / (found + 0.5))

    def common(self, term: str) -> bool:
        """Whether the term is in so many pieces (over a quarter) that it distinguishes none."""
        found = len(self.hits[term][0]) if term in self.hits else 0
        return found > max(_NEVER_COMMON, _TOO_COMMON * self.total)

    def bm25(self, terms: Iterable[str]) -> Scores:
        """Every piece's score for the distinct terms; 0 for pieces that may not be recalled."""
        scores = np.zeros(len(self.norms))
        for term in dict.fromkeys(terms):
            if term in self.hits:
                pieces, counts = self.hits[term]
                scores[pieces] += self.rarity(term) * counts * (_K1 + 1) / (counts + self.norms[pieces])
        return scores


class LexicalIndex:
    """The terms of pieces, numbered from 0 in order of arrival."""

    def __init__(self) -> None:
        self._lengths = GrowingArray(np.int64)
        self._vocabulary: dict[str, int] = {}
        self._starts: Whole = np.zeros(1, np.int64)
        self._base: Postings = np.zeros(0, np.uint32)
        self._tail: dict[int, array[int]] = {}

    def __len__(self) -> int:
        return len(self._lengths)

    def add(self, terms: list[str]) -> int:
        """Add a piece; returns its number."""
        number = len(self._lengths)
        for term, count in Counter(terms).items():
            place = self._vocabulary.setdefault(term, len(self._vocabulary))
            postings = self._tail.get(place)
            if postings is None:
                postings = self._tail[place] = array("I")
            postings.append(number << _COUNT_BITS | min(count, _MOST))
        self._lengths.append(len(terms))
        return number

    def look_up(self, terms: Iterable[str], among: Flags) -> Evidence:
        """Find the terms in the pieces of the mask `among`, which is as long as the index."""
        lengths = self._lengths.all
        total = int(np.count_nonzero(among))
        mean = max(1.0, float(lengths[among].sum()) / total) if total else 1.0
        norms: Scores = np.asarray(_K1 * (1 - _B + _B * lengths / mean), np.float64)
        hits: dict[str, tuple[Whole, Scores]] = {}
        for term in dict.fromkeys(terms):
            postings = self._postings(term)
            pieces = (postings >> _COUNT_BITS).astype(np.int64)
            kept = among[pieces]
            if kept.any():
                hits[term] = pieces[kept], (postings[kept] & _MOST).astype(np.float64)
        return Evidence(hits, total, norms)

    def _postings(self, term: str) -> Postings:
        place = self._vocabulary.get(term)
        if place is None:
            return np.zeros(0, np.uint32)
        old = self._base[self._starts[place] : self._starts[place + 1]] if place + 1 < len(self._starts) else None
        tail = self._tail.get(place)
        # A copy: an array that lends its memory out can't grow.
        new = np.array(tail, np.uint32) if tail is not None else np.zeros(0, np.uint32)
        return new if old is None else np.concatenate((old, new))

    # --- cache file ---

    def freeze(self) -> dict[str, NDArray[np.generic]]:
        """The index as arrays."""
        lists = [self._postings(term) for term in self._vocabulary]
        starts = np.zeros(len(lists) + 1, np.int64)
        np.cumsum([len(postings) for postings in lists], out=starts[1:])
        return {
            "lengths": self._lengths.all.copy(),
            "starts": starts,
            "postings": np.concatenate(lists) if lists else np.zeros(0, np.uint32),
            "vocabulary": np.frombuffer("\n".join(self._vocabulary).encode("utf-8", "surrogatepass"), np.uint8),
        }

    @classmethod
    def thaw(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "LexicalIndex":
        """The index from `freeze`. Raises ValueError, KeyError or TypeError if the arrays are inconsistent."""
        index = cls()
        spelled = arrays["vocabulary"].astype(np.uint8).tobytes().decode("utf-8", "surrogatepass")
        index._vocabulary = {term: place for place, term in enumerate(spelled.split("\n") if spelled else ())}
        index._starts = arrays["starts"].astype(np.int64)
        index._base = arrays["postings"].astype(np.uint32)
        index._lengths = GrowingArray(np.int64, values=arrays["lengths"].astype(np.int64))
        index._check()
        return index

    def _check(self) -> None:
        whole = (
            len(self._starts) == len(self._vocabulary) + 1
            and self._starts[0] == 0
            and self._starts[-1] == len(self._base)
            and bool((np.diff(self._starts) >= 0).all())
            and (not len(self._base) or int(self._base.max()) >> _COUNT_BITS < len(self._lengths))
        )
        if not whole:
            raise ValueError("the arrays do not fit together")
