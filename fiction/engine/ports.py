"""What the game needs from the outside. Each port has one contract in `tests/contracts/`, for every implementation."""

from collections.abc import AsyncGenerator, Iterable
from enum import StrEnum
from typing import Protocol

from fiction.story.ledger import Ledger
from fiction.story.memory import Cue, Embedding, Lineage, Memory, Recall, Revision, RevisionKind, TurnId
from fiction.story.plan import Choice
from fiction.story.reader import ReaderProfile, StoryRecord, StorySettings
from fiction.story.scene import Scene, Telling
from fiction.story.turn import Bookmark, Draft, Finding, Reflection, Turn


class Ahead(StrEnum):
    """How far a storyteller works ahead while the reader reads."""

    OFF = "off"
    RECALL = "recall"
    """What is remembered for the plans is looked up; nothing is asked of a server."""
    WARM = "warm"
    """It makes ready: the server has read the next prompt up to the plan."""
    BEST = "best"
    """It also writes the next passage for the likeliest plan."""
    ALL = "all"
    """It also writes the next passages for all plans."""

    @property
    def asks(self) -> bool:
        """Something is asked of a server that the reader may never see."""
        return self in (Ahead.WARM, Ahead.BEST, Ahead.ALL)

    @property
    def writes(self) -> bool:
        """Whole passages are written ahead."""
        return self in (Ahead.BEST, Ahead.ALL)


class Storyteller(Protocol):
    """Tells turns. Both methods may be cancelled at any await; neither keeps anything of a turn between calls.

    Raises:
        StorytellerError: this turn can't be told or reflected now.
    """

    @property
    def name(self) -> str:
        """`offline` or `model`, as it stands in the save."""
        ...

    @property
    def about(self) -> str:
        """One honest line for the reader: what tells this story (`the built-in storyteller`, `gemma4 at 127.0.0.1`)."""
        ...

    @property
    def ahead(self) -> Ahead:
        """How far it works ahead; OFF for one that has nothing to make ready."""
        ...

    async def prepare(self, scene: Scene) -> None:
        """Make ready for the turn after `scene.parent` while the reader reads; the scene's choice is an OFFERED one
        without a plan. Cancelled as soon as the reader does anything. Raises nothing: what fails here fails again when
        it matters.
        """
        ...

    def narrate(self, scene: Scene) -> AsyncGenerator[Telling, None]:
        """Tell the passage: every ProseDelta since the last ProseReset, put together. An async generator."""
        ...

    async def reflect(self, scene: Scene, passage: str) -> Reflection:
        """New memory, reasons, plans, ledger operations for the passage just told.

        Called again for the same passage after a failure or a resume; the same arguments may be given to another
        storyteller than the one that told it.
        """
        ...

    async def close(self) -> None:
        """Let go of connections. Idempotent."""
        ...


class LongTermMemory(Protocol):
    """The long-term memory of one story: an index over the save, which is the truth. No method raises Exception."""

    async def open(self, archive: "Archive") -> None:
        """Start indexing what the archive holds, in the background; returns at once."""
        ...

    async def embed(self, text: str) -> Embedding | None:
        """The text's vector, for the save; None where there is no embedder to be had."""
        ...

    async def remember(self, memory: Memory, embedding: Embedding | None) -> None:
        """Take in a turn's memory, or the reader's new version of it (same `turn`), once the save is durable."""
        ...

    async def recall(self, cue: Cue, overrides: tuple[Memory, ...] = ()) -> Recall:
        """What is remembered for the cue. `overrides` are the memories on this branch that the reader changed."""
        ...

    async def ready(self, timeout: float | None = None) -> bool:
        """Wait until all that the archive holds is indexed (seconds; None without limit); False on a time-out."""
        ...

    async def close(self) -> None:
        """Stop the index and let go of its files. Idempotent."""
        ...


class Archive(Protocol):
    """What an index reads of a save. Made so that it can be used from the index's own thread."""

    @property
    def uuid(self) -> str:
        """The save's identity; names the index."""
        ...

    def memories(self, *, after: TurnId | None = None) -> Iterable[Memory]:
        """Every told turn's memory on all branches, in the order of ids; only ids greater than `after`, if given."""
        ...

    def embeddings(self, model: str) -> Iterable[tuple[TurnId, Embedding]]:
        """The stored vectors of one embedder, in the order of ids."""
        ...

    def store_embeddings(self, rows: Iterable[tuple[TurnId, Embedding]]) -> None:
        """Keep vectors that were computed anew. Does nothing where the save can't be written."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class SaveStore(Protocol):
    """One story's save, open for play. Every method is durable when it returns.

    Raises:
        SaveError: it can't be written or read (full, read-only, damaged); the story is as it was before the call.
    """

    @property
    def name(self) -> str:
        """By which `fiction resume NAME` finds it."""
        ...

    @property
    def story(self) -> StoryRecord:
        """What the save says about its story."""
        ...

    def rename(self, title: str) -> None:
        """Give the story another title."""
        ...

    def configure(self, settings: StorySettings, reader: ReaderProfile) -> None:
        """Change the contract or the reader in mid-story."""
        ...

    def head(self) -> Turn | None:
        """The turn the reader is at; None before the first."""
        ...

    def turn(self, turn: TurnId) -> Turn:
        """One turn. Raises NotFound."""
        ...

    def path(self, turn: TurnId, count: int) -> tuple[Turn, ...]:
        """The last `count` turns up to and with `turn`, oldest first."""
        ...

    def lineage(self, turn: TurnId) -> Lineage:
        """Which turns lie on the way to `turn`."""
        ...

    def choose(self, choice: Choice) -> None:
        """Keep what the reader decided, before anything is told."""
        ...

    def pending(self) -> Choice | None:
        """A decision that no turn has come of yet."""
        ...

    def tell(self, parent: TurnId | None, draft: Draft, *, head: TurnId | None) -> Turn:
        """Append a told turn after `parent`, move the head to it, and clear what was pending, in one transaction.

        `head` is where the caller believes the head to be: at `parent`, or elsewhere for a retry.

        Raises:
            SaveConflict: the head is not there any more; nothing was written.
        """
        ...

    def complete(
        self,
        turn: TurnId,
        reflection: Reflection,
        *,
        findings: tuple[Finding, ...] = (),
        embedding: Embedding | None = None,
        ledger: Ledger | None = None,
    ) -> Turn:
        """Write memory, plans, ledger operations and the rest into a told turn, in one transaction.

        `ledger` is the state after the turn where a snapshot is wanted, so that a fold needs few turns.
        """
        ...

    def move(self, to: TurnId, *, expected: TurnId | None) -> Turn:
        """Move the head; the way back is remembered for `forward`. Raises SaveConflict."""
        ...

    def forward(self, turn: TurnId) -> TurnId | None:
        """The child that `redo` goes to: the one the head last came from or went to; None at a leaf."""
        ...

    def children(self, turn: TurnId | None) -> tuple[Turn, ...]:
        """What was told after it, in the order of telling; None asks for the first turns."""
        ...

    def ledger_before(self, turn: TurnId) -> tuple[Ledger, tuple[Turn, ...]]:
        """The nearest snapshot at or above `turn`, and the turns after it up to and with `turn`, oldest first."""
        ...

    def revise(self, kind: RevisionKind, target: TurnId, text: str = "") -> Revision:
        """Add a reader's edit of a memory, made at the head."""
        ...

    def withdraw(self, revision: int) -> None:
        """Take an edit back. Raises NotFound."""
        ...

    def revisions(self, lineage: Lineage) -> tuple[Revision, ...]:
        """The edits in force on a path, oldest first."""
        ...

    def memories(self, lineage: Lineage, *, search: str = "", limit: int = 200, before: int = 0) -> tuple[Memory, ...]:
        """The told turns of a path, newest first, unrevised. `search` wants every word; `before` is a depth or 0."""
        ...

    def bookmark(self, name: str) -> Bookmark:
        """Name the head; a name that exists moves."""
        ...

    def bookmarks(self) -> tuple[Bookmark, ...]:
        """All of them, oldest first."""
        ...

    def archive(self) -> Archive:
        """A second way into the same file for an index, usable from another thread."""
        ...

    def close(self) -> None:
        """Let go of the file and its lock. Idempotent."""
        ...
