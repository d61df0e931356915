"""One play-through: begin, choose, retry, undo, redo, continue; and the reader's hand on the memories."""

from collections.abc import AsyncIterator, Mapping

from fiction.engine.ports import Bookmark, Direction, LongTermMemory, SaveStore, Storyteller
from fiction.story.events import Event
from fiction.story.ledger import Ledger
from fiction.story.memory import Memory, TurnId
from fiction.story.plan import Choice, Plan
from fiction.story.reader import StoryRecord
from fiction.story.turn import Turn
from fiction.story.world import World


class Session:
    """A story being played. One turn is made at a time; everything that returns has been saved."""

    def __init__(
        self,
        *,
        store: SaveStore,
        world: World,
        memory: LongTermMemory,
        storytellers: Mapping[str, Storyteller],
    ) -> None:
        raise NotImplementedError

    # --- where the story stands ---

    @property
    def name(self) -> str:
        """The save's name."""
        raise NotImplementedError

    @property
    def story(self) -> StoryRecord:
        raise NotImplementedError

    @property
    def world(self) -> World:
        raise NotImplementedError

    @property
    def turn(self) -> Turn | None:
        """The head; None before `proceed` has told the first turn."""
        raise NotImplementedError

    @property
    def plans(self) -> tuple[Plan, ...]:
        """What can be chosen now; empty before the first turn, after an ending and while a turn waits for reflection."""
        raise NotImplementedError

    @property
    def ended(self) -> bool:
        """The head is an ending. The reader can still write on, undo, or leave."""
        raise NotImplementedError

    @property
    def pending(self) -> Choice | None:
        """A decision that no turn has come of (the game was killed or the storyteller failed)."""
        raise NotImplementedError

    @property
    def ledger(self) -> Ledger:
        """Facts, threads and cast at the head."""
        raise NotImplementedError

    @property
    def direction(self) -> Direction:
        """Where the head stands against the length contract (act, progress)."""
        raise NotImplementedError

    @property
    def storyteller(self) -> Storyteller:
        """Who tells the next turn unless asked otherwise."""
        raise NotImplementedError

    @property
    def can_undo(self) -> bool:
        raise NotImplementedError

    @property
    def can_redo(self) -> bool:
        raise NotImplementedError

    def transcript(self, count: int, *, before: TurnId | None = None) -> tuple[Turn, ...]:
        """The last `count` turns up to the head, or up to the parent of `before`; oldest first."""
        raise NotImplementedError

    # --- choices ---

    def offered(self, number: int) -> Choice:
        """The plan with that number, from 1. Raises NotFound."""
        raise NotImplementedError

    def edited(self, number: int, text: str) -> Choice:
        """The plan with that number in the reader's words. Raises NotFound."""
        raise NotImplementedError

    def written(self, text: str) -> Choice:
        """The reader's own act. Raises FictionError where the text is empty."""
        raise NotImplementedError

    # --- turns; each is an async generator of events that ends with TurnSaved or TurnFailed ---

    def proceed(self) -> AsyncIterator[Event]:
        """Whatever is due: the first turn of a new story, the reflection of a told turn; else nothing at all.

        Every face calls this once after `Game.start` or `Game.resume`.
        """
        raise NotImplementedError

    def play(self, choice: Choice, *, storyteller: str = "") -> AsyncIterator[Event]:
        """Make the next turn. `storyteller` names another one for this turn only."""
        raise NotImplementedError

    def continue_(self) -> AsyncIterator[Event]:
        """Let the moment run on without an act of the reader's."""
        raise NotImplementedError

    def retry(self, hint: str = "", *, storyteller: str = "") -> AsyncIterator[Event]:
        """Tell the head's choice again, as a sibling; the old telling stays in the tree. Reflects again if only that failed."""
        raise NotImplementedError

    def undo(self) -> Turn | None:
        """Back to the turn before; None at the first turn. Nothing is deleted."""
        raise NotImplementedError

    def redo(self) -> Turn | None:
        """Forward to where `undo` came from; None where there is nothing."""
        raise NotImplementedError

    def jump(self, turn: TurnId) -> Turn:
        """To any turn of the tree. Raises NotFound."""
        raise NotImplementedError

    # --- memories ---

    def edit_short_term(self, text: str) -> None:
        """The short-term memory in the reader's words; it is in the very next prompt."""
        raise NotImplementedError

    def memories(self, search: str = "", *, limit: int = 200, before: int = 0) -> tuple[Memory, ...]:
        """The long-term memory of this branch, newest first, with the reader's changes. `before` pages by depth."""
        raise NotImplementedError

    def edit_memory(self, turn: TurnId, text: str) -> None:
        raise NotImplementedError

    def pin(self, turn: TurnId, *, pinned: bool = True) -> None:
        raise NotImplementedError

    def forget(self, turn: TurnId) -> None:
        raise NotImplementedError

    def restore(self, turn: TurnId) -> None:
        """The memory as it was told: undoes forgetting and editing."""
        raise NotImplementedError

    # --- the save ---

    def bookmark(self, name: str) -> Bookmark:
        raise NotImplementedError

    def bookmarks(self) -> tuple[Bookmark, ...]:
        raise NotImplementedError

    def use(self, storyteller: str) -> None:
        """Who tells from now on. Raises NotFound."""
        raise NotImplementedError

    async def close(self) -> None:
        """Let go of the save, the memory and the storytellers. Idempotent."""
        raise NotImplementedError
