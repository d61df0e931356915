"""The catalogue of pieces: the turn of each, its position in the tree, and which pieces a search may find."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiction.memory.columns import Flags, GrowingArray, Whole
from fiction.memory.passages import digest
from fiction.story.memory import Lineage, Memory, TurnId

AS_TOLD = 0
"""The edition of an unedited passage."""


def edition(memory: Memory) -> int:
    """AS_TOLD, or a number derived from the reader's edited text."""
    return digest(memory.text) + 1 if memory.edited else AS_TOLD


@dataclass(frozen=True, slots=True)
class Entries:
    """Some pieces as arrays of equal length: a snapshot for another thread."""

    turn: Whole
    part: Whole
    """Number of the piece in its passage, from 0."""
    segment: Whole
    depth: Whole
    digest: Whole


@dataclass(frozen=True, slots=True)
class PieceEntry:
    """Everything about one piece except its words."""

    turn: TurnId
    depth: int
    segment: int
    digest: int
    """Digest of the whole passage."""
    importance: int
    edition: int


class Catalogue:
    """Pieces, numbered from 0 in order of arrival. The pieces of a passage are consecutive."""

    def __init__(self) -> None:
        self._turn = GrowingArray(np.int64)
        self._part = GrowingArray(np.int64)
        self._depth = GrowingArray(np.int64)
        self._segment = GrowingArray(np.int64)
        self._digest = GrowingArray(np.int64)
        self._importance = GrowingArray(np.int64)
        self._edition = GrowingArray(np.int64)
        self._alive = GrowingArray(np.bool_)
        self._segments: dict[int, int] = {}
        self._segment_names: list[int] = []
        self._pieces: dict[tuple[int, int], list[int]] = {}

    def __len__(self) -> int:
        return len(self._turn)

    @property
    def last(self) -> TurnId:
        """The greatest turn id; 0 if empty."""
        return TurnId(int(self._turn.all.max(initial=0)))

    def add(self, memory: Memory, count: int) -> list[int]:
        """Register the pieces of a passage; returns their numbers."""
        place = PieceEntry(
            memory.turn, memory.depth, memory.segment, digest(memory.text), memory.importance, edition(memory)
        )
        return [self._append(place, part) for part in range(count)]

    def pieces(self, turn: TurnId, which: int = AS_TOLD) -> list[int]:
        """The pieces of one edition of a turn's passage, in order; empty if unknown."""
        return self._pieces.get((turn, which), [])

    def places(self, pieces: Whole | list[int]) -> list[PieceEntry]:
        """The entries of pieces. Raises IndexError."""
        columns = (self._turn, self._depth, self._segment, self._digest, self._importance, self._edition)
        rows = zip(*(column.all[pieces].tolist() for column in columns), strict=True)
        return [
            PieceEntry(TurnId(turn), depth, self._segment_names[segment], digest, importance, which)
            for turn, depth, segment, digest, importance, which in rows
        ]

    def holds(self, memory: Memory) -> bool:
        """Whether this text is already indexed at this position in the tree."""
        pieces = self.pieces(memory.turn, edition(memory))
        if not pieces:
            return False
        known = self.places(pieces[:1])[0]
        return (known.depth, known.segment, known.digest) == (memory.depth, memory.segment, digest(memory.text))

    def weigh(self, memory: Memory) -> None:
        """Update the importance of an indexed passage."""
        for piece in self.pieces(memory.turn, edition(memory)):
            self._importance.all[piece] = memory.importance

    def drop(self, turn: TurnId, which: int = AS_TOLD) -> None:
        """Exclude this edition from every search; its numbers are not reused."""
        for piece in self._pieces.pop((turn, which), ()):
            self._alive.all[piece] = False

    def told(self) -> list[TurnId]:
        """Every turn whose unedited passage is indexed."""
        return [TurnId(turn) for turn, which in self._pieces if which == AS_TOLD]

    def told_pieces(self) -> Whole:
        """Every piece of unedited passages that was not dropped."""
        return np.flatnonzero(self._alive.all & (self._edition.all == AS_TOLD))

    def entries(self, pieces: Whole) -> Entries:
        """A snapshot of some pieces for another index."""
        names = np.array([*self._segment_names, 0], np.int64)
        return Entries(
            self._turn.all[pieces],
            self._part.all[pieces],
            names[self._segment.all[pieces]],
            self._depth.all[pieces],
            self._digest.all[pieces],
        )

    def allowed(self, lineage: Lineage, before: int, overrides: Iterable[Memory]) -> Flags:
        """Mask of the pieces on the path above depth `before`: as edited by the reader, without forgotten turns."""
        deepest = np.full(len(self._segments) + 1, -1, np.int64)
        for segment, depth in lineage.segments:
            if segment in self._segments:
                place = self._segments[segment]
                deepest[place] = max(deepest[place], min(depth, before - 1))
        on_path = self._alive.all & (self._depth.all <= deepest[self._segment.all])
        allowed: Flags = on_path & (self._edition.all == AS_TOLD)
        for memory in overrides:
            if memory.forgotten or memory.edited:
                allowed[self.pieces(memory.turn)] = False
            if memory.edited and not memory.forgotten:
                pieces = self.pieces(memory.turn, edition(memory))
                allowed[pieces] = on_path[pieces]
        return allowed

    def _append(self, place: PieceEntry, part: int) -> int:
        number = len(self._turn)
        self._turn.append(place.turn)
        self._part.append(part)
        self._depth.append(place.depth)
        self._segment.append(self._compact(place.segment))
        self._digest.append(place.digest)
        self._importance.append(place.importance)
        self._edition.append(place.edition)
        self._alive.append(True)
        self._pieces.setdefault((place.turn, place.edition), []).append(number)
        return number

    def _compact(self, segment: int) -> int:
        if segment not in self._segments:
            self._segments[segment] = len(self._segment_names)
            self._segment_names.append(segment)
        return self._segments[segment]

    # --- cache file ---

    def freeze(self) -> dict[str, NDArray[np.generic]]:
        """The catalogue as arrays."""
        segments = np.array([*self._segment_names, 0], np.int64)[self._segment.all]
        return {
            "turn": self._turn.all.copy(),
            "part": self._part.all.copy(),
            "depth": self._depth.all.copy(),
            "segment": segments,
            "digest": self._digest.all.copy(),
            "importance": self._importance.all.copy(),
            "edition": self._edition.all.copy(),
            "alive": self._alive.all.copy(),
        }

    @classmethod
    def thaw(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "Catalogue":
        """The catalogue from `freeze`. Raises ValueError, KeyError or TypeError if the arrays are inconsistent."""
        found = cls()
        columns = ("turn", "part", "depth", "digest", "importance", "edition")
        numbers = {name: arrays[name].astype(np.int64) for name in columns}
        alive = arrays["alive"].astype(np.bool_)
        names, places = np.unique(arrays["segment"].astype(np.int64), return_inverse=True)
        if len({len(alive), len(places), *map(len, numbers.values())}) != 1:
            raise ValueError("the arrays do not fit together")
        found._segment_names = names.tolist()
        found._segments = {segment: place for place, segment in enumerate(found._segment_names)}
        found._segment = GrowingArray(np.int64, values=places)
        found._alive = GrowingArray(np.bool_, values=alive)
        found._turn, found._part, found._depth, found._digest, found._importance, found._edition = (
            GrowingArray(np.int64, values=values) for values in numbers.values()
        )
        living = np.flatnonzero(alive)
        for piece, turn, which in zip(
            living.tolist(), numbers["turn"][living].tolist(), numbers["edition"][living].tolist(), strict=True
        ):
            found._pieces.setdefault((turn, which), []).append(piece)
        return found
