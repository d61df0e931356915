"""One play-through: begin, choose, retry, undo, redo, continue; and the reader's hand on the memories."""

import dataclasses
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress

from fiction.engine import costs, recurrence
from fiction.engine.budget import Budget, Costs
from fiction.engine.director import direct
from fiction.engine.foresight import Foresight
from fiction.engine.ports import Ahead, LongTermMemory, SaveStore, Storyteller
from fiction.engine.scenes import Scenes
from fiction.engine.turns import Turns
from fiction.errors import FictionError, NotFound
from fiction.story.events import Event, Notice, TurnSaved
from fiction.story.ledger import Ledger
from fiction.story.memory import Memory, RevisionKind, TurnId
from fiction.story.plan import Choice, ChoiceKind, Plan
from fiction.story.reader import StoryRecord
from fiction.story.scene import Direction
from fiction.story.turn import Bookmark, Stage, Turn
from fiction.story.world import World
from fiction.text.sanitise import clean

MAX_WRITTEN = 2_000
"""Characters of the reader's own act."""


class Session:
    """A story being played. One turn is made at a time; everything that returns has been saved."""

    def __init__(
        self,
        *,
        store: SaveStore,
        world: World,
        memory: LongTermMemory,
        storytellers: Mapping[str, Storyteller],
        purse: Budget | None = None,
        notice: str = "",
    ) -> None:
        """A session on a store that is open; `notice` is said before anything is told."""
        self._store = store
        self._world = world
        self._memory = memory
        self._storytellers = storytellers
        self._purse = purse
        self._notice = notice
        self._scenes = Scenes(store, world, memory)
        self._foresight = Foresight(self._scenes)
        self._turns = Turns(store=store, memory=memory, scenes=self._scenes, foresight=self._foresight)
        self._opened = False
        self._busy = False

    # --- where the story stands ---

    @property
    def name(self) -> str:
        """The save's name."""
        return self._store.name

    @property
    def story(self) -> StoryRecord:
        """What the save says about its story."""
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
        """What can be chosen now; empty before the first turn, after an ending, and until a told turn is reflected."""
        return self.turn.plans if self.turn else ()

    @property
    def ended(self) -> bool:
        """The head is an ending. The reader can still write on, undo, or leave."""
        return self.turn is not None and bool(self.turn.ending)

    @property
    def pending(self) -> Choice | None:
        """A decision that no turn has come of (the game was killed or the storyteller failed)."""
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
        """Who tells the next turn unless asked otherwise."""
        return self._storytellers[self._teller_name()]

    @property
    def storytellers(self) -> tuple[str, ...]:
        """The names that `use`, `play` and `retry` take."""
        return tuple(self._storytellers)

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
        """Numbers of the plans whose passages are written already: they show at once when they are chosen."""
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
        plan = self._plan(number)
        return Choice(ChoiceKind.OFFERED, plan.label, plan)

    def edited(self, number: int, text: str) -> Choice:
        """The plan with that number in the reader's words. Raises NotFound."""
        plan = self._plan(number)
        words = self._words(text)
        return self.offered(number) if words == plan.label else Choice(ChoiceKind.EDITED, words, plan)

    def written(self, text: str) -> Choice:
        """The reader's own act. Raises FictionError where the text is empty."""
        return Choice(ChoiceKind.WRITTEN, self._words(text))

    # --- turns; each is an async generator of events that ends with TurnSaved or TurnFailed ---

    async def proceed(self) -> AsyncGenerator[Event, None]:
        """Whatever is due: the first turn of a new story, the reflection of a told turn; else nothing at all.

        Every face calls this once after `Game.start` or `Game.resume`.
        """
        await self._open()
        if self._notice:
            notice, self._notice = self._notice, ""
            yield Notice(notice)
        head = self._turns.head
        if head is None:
            due = self._turns.make(None, Choice(ChoiceKind.BEGIN), self.storyteller, keep=False)
        elif head.stage is Stage.TOLD:
            due = self._turns.reflect(head, self.storyteller)
        else:
            if self._foresight.idle:
                self._look_ahead()
            return
        async with aclosing(self._alone(due)) as events:
            async for event in events:
                yield event

    async def play(self, choice: Choice, *, storyteller: str = "") -> AsyncGenerator[Event, None]:
        """Make the next turn. `storyteller` names another one for this turn only."""
        await self._open()
        teller = self._teller(storyteller)
        if self._is_due:
            try:
                self._store.choose(choice)  # what is due may fail; what was typed is kept all the same
            except FictionError as error:
                yield recurrence.failure(error, choice)
                return
            async with aclosing(self.proceed()) as events:
                async for event in events:
                    yield event
            if self._is_due:
                return
        async with aclosing(self._alone(self._turns.make(self.turn, choice, teller, keep=True))) as events:
            async for event in events:
                yield event

    def continue_(self) -> AsyncGenerator[Event, None]:
        """Let the moment run on without an act of the reader's."""
        return self.play(Choice(ChoiceKind.CONTINUE))

    async def retry(self, hint: str = "", *, storyteller: str = "") -> AsyncGenerator[Event, None]:
        """Tell the head's choice again as a sibling; the old telling stays in the tree.

        What failed is what is retried: a passage that could not be saved is saved, a reflection that failed is made
        again, a choice that is pending is told.
        """
        await self._open()
        async with aclosing(self._alone(self._turns.again(hint, self._teller(storyteller)))) as events:
            async for event in events:
                yield event

    def undo(self) -> Turn | None:
        """Back to the turn before; None at the first turn. Nothing is deleted."""
        if self.turn is None or self.turn.parent is None:
            return None
        return self.jump(self.turn.parent)

    def redo(self) -> Turn | None:
        """Forward to where `undo` came from; None where there is nothing."""
        onward = self._store.forward(self.turn.id) if self.turn else None
        return self.jump(onward) if onward is not None else None

    def jump(self, turn: TurnId) -> Turn:
        """To any turn of the tree. Raises NotFound."""
        self._idle()
        head = self._turns.move(turn)
        self._look_ahead()
        return head

    # --- memories ---

    def edit_short_term(self, text: str) -> None:
        """The short-term memory in the reader's words; it is in the very next prompt."""
        head = self._require_head()
        self._revise(RevisionKind.SHORT_TERM, head.id, clean(text).strip())

    def memories(self, search: str = "", *, limit: int = 200, before: int = 0) -> tuple[Memory, ...]:
        """The long-term memory of this branch, newest first, with the reader's changes. `before` pages by depth."""
        if self.turn is None:
            return ()
        lineage = self._store.lineage(self.turn.id)
        changed = self._scenes.overrides(self.turn)
        told = self._store.memories(lineage, search=search, limit=limit, before=before)
        return tuple(changed.get(memory.turn, memory) for memory in told)

    def edit_memory(self, turn: TurnId, text: str) -> None:
        """What is remembered of a turn, in the reader's words. Raises NotFound."""
        words = clean(text).strip()
        if not words:
            raise FictionError("A memory can't be empty.", hint="To be rid of it, forget it.")
        self._revise(RevisionKind.EDIT, turn, words)

    def pin(self, turn: TurnId, *, pinned: bool = True) -> None:
        """A pinned memory is in every prompt. Raises NotFound."""
        self._revise(RevisionKind.PIN if pinned else RevisionKind.UNPIN, turn)

    def forget(self, turn: TurnId) -> None:
        """Never recall this again on this branch. Raises NotFound."""
        self._revise(RevisionKind.FORGET, turn)

    def restore(self, turn: TurnId) -> None:
        """The memory as it was told: undoes forgetting and editing. Raises NotFound."""
        self._revise(RevisionKind.RESTORE, turn)

    # --- what it costs ---

    @property
    def costs(self) -> Costs:
        """What was spent, and about what the next turn and the rest of the story will cost."""
        head = self.turn
        recent = self._store.path(head.id, costs.LOOKED_BACK) if head else ()
        spent = self._purse.costs() if self._purse else Costs()
        return costs.forecast(
            spent, recent=recent, settings=self.story.settings, storyteller=self.storyteller, purse=self._purse
        )

    def allow(self) -> None:
        """Go on beyond a cap that stands in the way; the reader was asked."""
        if self._purse is not None:
            self._purse.allow()

    # --- the save ---

    def bookmark(self, name: str) -> Bookmark:
        """Give this place in the story a name."""
        self._require_head()
        return self._store.bookmark(" ".join(clean(name).split()))

    def bookmarks(self) -> tuple[Bookmark, ...]:
        """All named places, oldest first."""
        return self._store.bookmarks()

    def use(self, storyteller: str) -> None:
        """Who tells from now on. Raises NotFound."""
        self._teller(storyteller)
        self._store.configure(dataclasses.replace(self.story.settings, storyteller=storyteller), self.story.reader)
        self._look_ahead()

    async def close(self) -> None:
        """Let go of the save, the memory and the storytellers. Idempotent."""
        self._opened = False
        await self._foresight.stop()
        await self._memory.close()
        for storyteller in self._storytellers.values():
            await storyteller.close()
        self._store.close()

    # --- inside ---

    async def _open(self) -> None:
        if not self._opened:
            self._opened = True
            await self._memory.open(self._store.archive())

    @property
    def _is_due(self) -> bool:
        """The head has still to be told, or to be reflected."""
        return self.turn is None or self.turn.stage is Stage.TOLD

    async def _alone(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        """One turn at a time: two at once would fork the story behind the reader's back."""
        try:
            self._idle()
        except FictionError:
            await events.aclose()
            raise
        self._busy, saved = True, False
        try:
            async with aclosing(events):
                async for event in events:
                    saved = isinstance(event, TurnSaved)
                    yield event
        finally:
            self._busy = False
            if saved:
                self._look_ahead()

    def _look_ahead(self) -> None:
        """Work ahead from where the head is now; what was made ready elsewhere is thrown away."""
        if self._busy or not self._opened:
            return
        self._foresight.drop()
        head, teller = self.turn, self.storyteller
        if teller.ahead is Ahead.OFF or head is None or head.stage is Stage.TOLD or head.ending:
            return
        with suppress(FictionError):  # a save that can't be read says so to whom it is asked for
            if self._store.pending() is None:
                self._foresight.begin(head, teller, self.story.reader)

    def _revise(self, kind: RevisionKind, turn: TurnId, text: str = "") -> None:
        """What the reader does to a memory holds from the very next prompt on."""
        self._store.revise(kind, turn, text)
        if kind is RevisionKind.SHORT_TERM:
            self._turns.head = self._store.turn(turn)
        else:
            self._scenes.forget_common()
        self._look_ahead()

    def _plan(self, number: int) -> Plan:
        if not 1 <= number <= len(self.plans):
            raise NotFound(f"There is no plan {number}.", hint=f"There are {len(self.plans)}." if self.plans else "")
        return self.plans[number - 1]

    def _words(self, text: str) -> str:
        words = clean(text).strip()
        if not words:
            raise FictionError("There is nothing written.", hint="Say what you do or try.")
        if len(words) > MAX_WRITTEN:
            raise FictionError(
                f"That is {len(words)} characters; an act has at most {MAX_WRITTEN}.", hint="Say it in fewer words."
            )
        return words

    def _require_head(self) -> Turn:
        if self.turn is None:
            raise NotFound("The story has not begun.")
        return self.turn

    def _idle(self) -> None:
        if self._busy:
            raise FictionError("A turn is being told.", hint="Wait for it, or stop it first.")

    def _teller_name(self) -> str:
        wanted = self.story.settings.storyteller
        return wanted if wanted in self._storytellers else next(iter(self._storytellers))

    def _teller(self, name: str) -> Storyteller:
        if name and name not in self._storytellers:
            raise NotFound(
                f"There is no storyteller {name!r} here.", hint=f"There are: {', '.join(self._storytellers)}."
            )
        return self._storytellers[name or self._teller_name()]
