"""Embedders: texts as vectors, a class for each. The hashed one needs no model, download or network."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from fiction.memory.columns import Floats
from fiction.memory.passages import pieces
from fiction.memory.terms import Words
from fiction.story.memory import Embedding
from fiction.text.folding import unaccented

Rarity = Callable[[str], float]
"""A term's weight in a question; 0 leaves it out."""

Hashes = NDArray[np.uint32]


class Embedder(Protocol):
    """Makes vectors of unit length, in one thread at a time. An exception costs only the vectors of that text."""

    @property
    def name(self) -> str:
        """The vectors' name in the save: model and dimension."""
        ...

    @property
    def dim(self) -> int:
        """The dimension of a vector."""
        ...

    def embed(self, texts: Sequence[str]) -> Floats:
        """The vectors of texts, one row each."""
        ...

    def question(self, text: str, rarity: Rarity) -> Floats:
        """The vector of a query, without words of weight 0; all zeros if no word is left."""
        ...


def embed_passage(embedder: Embedder, text: str) -> Embedding:
    """The vectors of a passage's pieces, one after the other. Raises any exception of the embedder."""
    return Embedding(embedder.name, embedder.embed(pieces(text)).astype("<f2").tobytes())


class HashedEmbedder:
    """Stems and 3- to 5-letter pieces of words, hashed with a sign into 2,048 dimensions (Weinberger 2009).

    Word rarity weighs in a query's vector only: it changes with every turn, and stored vectors don't.
    """

    def __init__(self, words: Words, *, dim: int = 2048) -> None:
        self._words = words
        self._dim = dim
        self._known: dict[str, Hashes] = {}

    @property
    def name(self) -> str:
        """`hashed-2048`."""
        return f"hashed-{self._dim}"

    @property
    def dim(self) -> int:
        """2,048."""
        return self._dim

    def embed(self, texts: Sequence[str]) -> Floats:
        """The vectors of texts, one row each; zeros for a text without words."""
        rows = np.zeros((len(texts), self._dim), np.float32)
        for row, text in zip(rows, texts, strict=True):
            words, grams = self._words.split(text)
            found = [self._word(word) for word in words]
            found += [self._gram(gram) for gram in grams]
            if found:
                hashes, counts = np.unique(np.concatenate(found), return_counts=True)
                row[:] = self._vector(hashes, 1 + np.log(counts))
        return rows

    def question(self, text: str, rarity: Rarity) -> Floats:
        """The vector of a query; every feature of a word has the weight of its term."""
        words, grams = self._words.split(text)
        weighed = [
            (self._word(word), (1 + np.log(count)) * rarity(self._words.term(word)))
            for word, count in Counter(words).items()
        ]
        weighed += [(self._gram(gram), (1 + np.log(count)) * rarity(gram)) for gram, count in Counter(grams).items()]
        if not weighed:
            return np.zeros(self._dim, np.float32)
        hashes = [found for found, _ in weighed]
        weights = np.repeat([weight for _, weight in weighed], [len(found) for found in hashes])
        return self._vector(np.concatenate(hashes), weights)

    def _vector(self, hashes: Hashes, weights: NDArray[np.float64]) -> Floats:
        signed = np.where(hashes >> 31, weights, -weights)
        summed = np.bincount(hashes % self._dim, signed, self._dim)
        return (summed / (np.linalg.norm(summed) or 1.0)).astype(np.float32)

    def _word(self, word: str) -> Hashes:
        known = self._known.get(word)
        if known is None:
            padded = f" {unaccented(word)} "
            parts = [padded[i : i + size] for size in (3, 4, 5) for i in range(len(padded) - size + 1)]
            known = self._keep(word, ["w" + self._words.term(word), *parts])
        return known

    def _gram(self, gram: str) -> Hashes:
        known = self._known.get(gram)
        return known if known is not None else self._keep(gram, ["w" + gram])

    def _keep(self, word: str, features: list[str]) -> Hashes:
        if len(self._known) >= 40_000:
            self._known.clear()
        hashes = np.array([crc32(feature.encode("utf-8", "surrogatepass")) for feature in features], np.uint32)
        self._known[word] = hashes
        return hashes
