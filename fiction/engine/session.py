"""One story being played, as the faces see it: where it stands, choices, turns, memories, costs, bookmarks."""

from collections.abc import AsyncGenerator, Mapping

from fiction.engine import choices
from fiction.engine.budget import Budget, Costs
from fiction.engine.costs import StoryCosts
from fiction.engine.director import direct
from fiction.engine.foresight import Foresight
from fiction.engine.memories import Memories
from fiction.engine.ports import LongTermMemory, SaveStore, Storyteller
from fiction.engine.roster import Roster
from fiction.engine.scenes import Scenes
from fiction.engine.turn_sequence import TurnSequence
from fiction.engine.turns import Turns
from fiction.story.events import Event
from fiction.story.ledger import Ledger
from fiction.story.memory import Memory, TurnId
from fiction.story.plan import Choice, ChoiceKind, Plan
from fiction.story.reader import StoryRecord
from fiction.story.scene import Direction
from fiction.story.turn import Bookmark, Turn
from fiction.story.world import World
from fiction.text.sanitise import clean


class Session:
    """A story being played. One turn is made at a time; everything that returns has been saved."""

    def __init__(
        self,
        *,
        store: SaveStore,
        world: World,
        memory: LongTermMemory,
        storytellers: Mapping[str, Storyteller],
        budget: Budget | None = None,
        notice: str = "",
    ) -> None:
        """A session on a store that is open; `notice` is said before anything is told."""
        self._store = store
        self._world = world
        self._roster = Roster(store, storytellers)
        self._scenes = Scenes(store, world, memory)
        self._foresight = Foresight(self._scenes)
        self._turns = Turns(store=store, memory=memory, scenes=self._scenes, foresight=self._foresight)
        self._memories = Memories(store, self._scenes, self._turns)
        self._costs = StoryCosts(store, budget)
        self._sequence = TurnSequence(
            store=store,
            memory=memory,
            turns=self._turns,
            foresight=self._foresight,
            roster=self._roster,
            notice=notice,
        )

    # --- where the story stands ---

    @property
    def name(self) -> str:
        """The save's name."""
        return self._store.name

    @property
    def story(self) -> StoryRecord:
        """The story's title, world, reader and settings."""
        return self._store.story

    @property
    def world(self) -> World:
        """The world as it was when the story began."""
        return self._world

    @property
    def turn(self) -> Turn | None:
        """The head; None before `proceed` has told the first turn."""
        return self._turns.head

    @property
    def plans(self) -> tuple[Plan, ...]:
        """The plans of the head; empty before the first turn, after an ending, and until a told turn is reflected."""
        return self.turn.plans if self.turn else ()

    @property
    def ended(self) -> bool:
        """The head is an ending. The reader can still write on, undo, or leave."""
        return self.turn is not None and bool(self.turn.ending)

    @property
    def pending(self) -> Choice | None:
        """A choice that no turn has come of (the game was killed or the storyteller failed)."""
        return self._store.pending()

    @property
    def ledger(self) -> Ledger:
        """Facts, threads and cast at the head."""
        return self._scenes.ledger_at(self.turn)

    @property
    def direction(self) -> Direction:
        """Where the head stands against the length contract (act, progress)."""
        depth = self.turn.depth if self.turn else 1
        return direct(self._world, self.story.settings, self.ledger, (), depth)

    @property
    def storyteller(self) -> Storyteller:
        """The storyteller of the next turn unless another one is asked for."""
        return self._roster.current

    @property
    def storytellers(self) -> tuple[str, ...]:
        """The names that `use`, `play` and `retry` take."""
        return self._roster.names

    @property
    def can_undo(self) -> bool:
        """There is a turn before the head."""
        return self.turn is not None and self.turn.parent is not None

    @property
    def can_redo(self) -> bool:
        """There is a turn that `undo` came from, or that was told after the head."""
        return self.turn is not None and self._store.forward(self.turn.id) is not None

    @property
    def ready(self) -> frozenset[int]:
        """Numbers of the plans whose passages are already written: chosen, they show at once."""
        return self._foresight.ready

    def transcript(self, count: int, *, before: TurnId | None = None) -> tuple[Turn, ...]:
        """The last `count` turns up to the head, or up to the parent of `before`; oldest first."""
        last = self.turn.id if self.turn else None
        if before is not None:
            last = self._store.turn(before).parent
        return self._store.path(last, count) if last is not None else ()

    # --- choices ---

    def offered(self, number: int) -> Choice:
        """The plan with that number, from 1. Raises NotFound."""
        return choices.offered(self.plans, number)

    def edited(self, number: int, text: str) -> Choice:
        """The plan with that number in the reader's words. Raises NotFound; FictionError for an empty text."""
        return choices.edited(self.plans, number, text)

    def written(self, text: str) -> Choice:
        """An act of the reader's own. Raises FictionError where the text is empty or too long."""
        return choices.written(text)

    # --- turns; each is an async generator of events that ends with TurnSaved or TurnFailed ---

    def proceed(self) -> AsyncGenerator[Event, None]:
        """Make what is due: the first turn of a new story, or the reflection of a told turn; else no event comes.

        Every face calls this once after `Game.start` or `Game.resume`.
        """
        return self._sequence.proceed()

    def play(self, choice: Choice, *, storyteller: str = "") -> AsyncGenerator[Event, None]:
        """Make the next turn. `storyteller` names another one for this turn only."""
        return self._sequence.play(choice, storyteller)

    def continue_(self) -> AsyncGenerator[Event, None]:
        """Let the moment run on without an act of the reader's."""
        return self.play(Choice(ChoiceKind.CONTINUE))

    def retry(self, hint: str = "", *, storyteller: str = "") -> AsyncGenerator[Event, None]:
        """Tell the head's choice again as a sibling; the old telling stays in the tree.

        Where something failed, that is done again instead: an unsaved passage is saved, a failed reflection is made,
        a pending choice is told.
        """
        return self._sequence.retry(hint, storyteller)

    def undo(self) -> Turn | None:
        """Move back to the turn before; None at the first turn. Nothing is deleted."""
        if self.turn is None or self.turn.parent is None:
            return None
        return self.jump(self.turn.parent)

    def redo(self) -> Turn | None:
        """Move forward to the turn that `undo` came from; None where there is none."""
        onward = self._store.forward(self.turn.id) if self.turn else None
        return self.jump(onward) if onward is not None else None

    def jump(self, turn: TurnId) -> Turn:
        """Move to any turn of the tree. Raises NotFound."""
        self._sequence.require_idle()
        head = self._turns.move(turn)
        self._sequence.work_ahead()
        return head

    # --- memories; an edit counts from the very next prompt on ---

    def memories(self, search: str = "", *, limit: int = 200, before: int = 0) -> tuple[Memory, ...]:
        """The long-term memory of this branch, newest first, with the reader's edits. `before` pages by depth."""
        return self._memories.page(search, limit=limit, before=before)

    def edit_short_term(self, text: str) -> None:
        """Replace the short-term memory. Raises NotFound before the first turn."""
        self._memories.edit_short_term(text)
        self._sequence.work_ahead()

    def edit_memory(self, turn: TurnId, text: str) -> None:
        """Replace the memory of a turn. Raises NotFound, or FictionError where the text is empty."""
        self._memories.edit(turn, text)
        self._sequence.work_ahead()

    def pin(self, turn: TurnId, *, pinned: bool = True) -> None:
        """Put the memory of a turn into every prompt, or no longer. Raises NotFound."""
        self._memories.pin(turn, pinned=pinned)
        self._sequence.work_ahead()

    def forget(self, turn: TurnId) -> None:
        """Never recall the memory of a turn again on this branch. Raises NotFound."""
        self._memories.forget(turn)
        self._sequence.work_ahead()

    def restore(self, turn: TurnId) -> None:
        """Undo the edits of a memory, and its forgetting. Raises NotFound."""
        self._memories.restore(turn)
        self._sequence.work_ahead()

    # --- costs ---

    @property
    def costs(self) -> Costs:
        """What was spent so far, and about what the next turn and the rest of the story will cost."""
        return self._costs.at(self.turn, self.storyteller)

    def allow(self) -> None:
        """Lift the caps that stand in the way; the reader was asked."""
        self._costs.allow()

    # --- the save ---

    def bookmark(self, name: str) -> Bookmark:
        """Give this place in the story a name."""
        self._turns.begun()
        return self._store.bookmark(" ".join(clean(name).split()))

    def bookmarks(self) -> tuple[Bookmark, ...]:
        """All bookmarks, oldest first."""
        return self._store.bookmarks()

    def use(self, storyteller: str) -> None:
        """Make a storyteller the current one from now on. Raises NotFound."""
        self._roster.use(storyteller)
        self._sequence.work_ahead()

    async def close(self) -> None:
        """Let go of the save, the memory and the storytellers. Idempotent."""
        await self._sequence.close()
        await self._roster.close()
        self._store.close()
