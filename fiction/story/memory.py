"""The memories of a story: the reasons of the short-term memory; questions to the long-term memory, and answers."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

TurnId = NewType("TurnId", int)
"""Identifies a turn within its save; never reused."""

SHORT_TERM_SENTENCES = 20
SHORT_TERM_WORDS = 400
"""The short-term memory's bounds (arXiv 2305.13304, section 3.2 and its prompt)."""


@dataclass(frozen=True, slots=True)
class MemoryChange:
    """A sentence that the short-term memory dropped or added, and why."""

    what: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Rationale:
    """Why the short-term memory changed in this turn."""

    dropped: tuple[MemoryChange, ...] = ()
    added: tuple[MemoryChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Lineage:
    """The path from the story's first turn to another turn, as (segment, greatest depth) pairs.

    A segment is a run of turns without a fork, so a path has as many pairs as forks, not as turns. A turn is on the
    path exactly if its segment is named and its depth is not greater than that segment's.
    """

    segments: tuple[tuple[int, int], ...] = ()

    def holds(self, segment: int, depth: int) -> bool:
        """Whether the turn at `depth` of `segment` lies on this path."""
        return any(s == segment and depth <= deepest for s, deepest in self.segments)


@dataclass(frozen=True, slots=True)
class Memory:
    """One entry of the long-term memory: a told passage, or the reader's edit of it."""

    turn: TurnId
    segment: int
    depth: int
    """The turn's number along its branch, from 1."""
    text: str
    """The text for prompts: the passage, or the reader's wording."""
    title: str = ""
    importance: int = 5
    """1 (small talk) to 10 (it changes everything), as the storyteller judged it."""
    pinned: bool = False
    """Always recalled."""
    forgotten: bool = False
    """Never recalled; kept in the save, so that it can be restored."""
    edited: bool = False
    """The text is the reader's, not the passage's."""


class RevisionKind(StrEnum):
    """The kinds of edit that a reader can make."""

    SHORT_TERM = "short_term"
    EDIT = "edit"
    PIN = "pin"
    UNPIN = "unpin"
    FORGET = "forget"
    RESTORE = "restore"
    """Undoes FORGET and EDIT: the passage as it was told."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A reader's edit of a memory. It counts on the branch it was made on, from the turn it was made at."""

    id: int
    made_at: TurnId
    """The head of the story when the reader made it."""
    kind: RevisionKind
    target: TurnId
    """The turn whose memory is changed; equals `made_at` for SHORT_TERM."""
    text: str = ""
    """The new text, for SHORT_TERM and EDIT."""
    created: int = 0
    """Unix time in milliseconds."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A question to the long-term memory."""

    text: str
    """The chosen plan, as in the paper; not the last passage."""
    lineage: Lineage
    """Only turns on this path are recalled."""
    before: int
    """Only turns of smaller depth are recalled: younger passages are in the prompt already."""
    limit: int = 4
    """Most passages to recall, pinned ones not counted."""
    thread: str = ""
    """The oldest open thread, asked for at half weight."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """A recalled memory with its scores."""

    turn: TurnId
    depth: int
    text: str
    score: float = 0.0
    """The fused score, 0 to 2 (both arms min-max normed), plus at most 0.1 for importance."""
    dense: float = 0.0
    """The dense arm's share of it, 0 to 1."""
    lexical: float = 0.0
    """BM25's share of it, 0 to 1."""
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Recall:
    """c(t) of RecurrentGPT: the long-term memory's answer to a cue."""

    items: tuple[Recalled, ...] = ()
    """Both arms fused, in the order of the story; shown to the model and to the reader."""
    lexical: tuple[Recalled, ...] = ()
    """BM25's own best, best first: the same on every machine, so the offline storyteller's callbacks use it."""
    notice: str = ""
    """A message for the reader (the index is being rebuilt, Chroma is missing), or empty."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """A vector of one text, as bytes of little-endian float16."""

    model: str
    """Name of the embedder, with its dimension (`hashed-2048`)."""
    vector: bytes = field(repr=False)
