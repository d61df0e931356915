"""One play-through: begin, choose, retry, undo, redo, continue; and the reader's hand on the memories."""

import dataclasses
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from fiction.engine import recurrence
from fiction.engine.director import direct
from fiction.engine.ports import Bookmark, Direction, Draft, LongTermMemory, SaveStore, Scene, Storyteller
from fiction.engine.scenes import Scenes
from fiction.errors import FictionError, NotFound
from fiction.story.events import ChoiceSaved, Event, PassageDone, Remembered
from fiction.story.ledger import Ledger
from fiction.story.memory import Memory, RevisionKind, TurnId
from fiction.story.plan import Choice, ChoiceKind, Plan
from fiction.story.reader import StoryRecord
from fiction.story.sanitise import clean
from fiction.story.turn import Stage, Turn
from fiction.story.world import World

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
    ) -> None:
        self._store = store
        self._world = world
        self._memory = memory
        self._storytellers = dict(storytellers)
        self._head = store.head()
        self._scenes = Scenes(store, world, memory)
        self._unsaved: tuple[TurnId | None, Draft] | None = None
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
        return self._head

    @property
    def plans(self) -> tuple[Plan, ...]:
        """What can be chosen now; empty before the first turn, after an ending, and until a told turn is reflected."""
        return self._head.plans if self._head else ()

    @property
    def ended(self) -> bool:
        """The head is an ending. The reader can still write on, undo, or leave."""
        return self._head is not None and bool(self._head.ending)

    @property
    def pending(self) -> Choice | None:
        """A decision that no turn has come of (the game was killed or the storyteller failed)."""
        return self._store.pending()

    @property
    def ledger(self) -> Ledger:
        """Facts, threads and cast at the head."""
        return self._scenes.ledger_at(self._head)

    @property
    def direction(self) -> Direction:
        """Where the head stands against the length contract (act, progress)."""
        depth = self._head.depth if self._head else 1
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
        return self._head is not None and self._head.parent is not None

    @property
    def can_redo(self) -> bool:
        """There is a turn that `undo` came from, or that was told after the head."""
        return self._head is not None and self._store.forward(self._head.id) is not None

    def transcript(self, count: int, *, before: TurnId | None = None) -> tuple[Turn, ...]:
        """The last `count` turns up to the head, or up to the parent of `before`; oldest first."""
        last = self._head.id if self._head else None
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
        if self._head is None:
            due = self._turn(None, Choice(ChoiceKind.BEGIN), self.storyteller, keep=False)
        elif self._head.stage is Stage.TOLD:
            due = self._reflect(self._head, self.storyteller)
        else:
            return
        async with aclosing(self._alone(due)) as events:
            async for event in events:
                yield event

    async def play(self, choice: Choice, *, storyteller: str = "") -> AsyncGenerator[Event, None]:
        """Make the next turn. `storyteller` names another one for this turn only."""
        await self._open()
        teller = self._teller(storyteller)
        if self._head is None or self._head.stage is Stage.TOLD:
            try:
                self._store.choose(choice)  # what is due may fail; what was typed is kept all the same
            except FictionError as error:
                yield recurrence.failure(error, choice)
                return
            async with aclosing(self.proceed()) as events:
                async for event in events:
                    yield event
            if self._head is None or self._head.stage is Stage.TOLD:
                return
        async with aclosing(self._alone(self._turn(self._head, choice, teller, keep=True))) as events:
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
        teller = self._teller(storyteller)
        head = self._head
        pending = self._store.pending()
        if self._unsaved is not None:
            due = self._save(*self._unsaved, teller)
        elif head is not None and head.stage is Stage.TOLD:
            due = self._reflect(head, teller)
        elif pending is not None and head is not None:
            due = self._turn(head, dataclasses.replace(pending, hint=clean(hint)), teller, keep=True)
        elif head is None:
            due = self._turn(None, Choice(ChoiceKind.BEGIN, hint=clean(hint)), teller, keep=False)
        elif head.plain and not hint:
            due = self._reflect(head, teller)
        else:
            parent = self._store.turn(head.parent) if head.parent is not None else None
            wish = clean(hint) or f"Tell it in another way (telling {len(self._store.children(head.parent)) + 1})."
            due = self._turn(parent, dataclasses.replace(head.choice, hint=wish), teller, keep=False)
        async with aclosing(self._alone(due)) as events:
            async for event in events:
                yield event

    def undo(self) -> Turn | None:
        """Back to the turn before; None at the first turn. Nothing is deleted."""
        if self._head is None or self._head.parent is None:
            return None
        return self.jump(self._head.parent)

    def redo(self) -> Turn | None:
        """Forward to where `undo` came from; None where there is nothing."""
        onward = self._store.forward(self._head.id) if self._head else None
        return self.jump(onward) if onward is not None else None

    def jump(self, turn: TurnId) -> Turn:
        """To any turn of the tree. Raises NotFound."""
        self._idle()
        self._unsaved = None
        self._head = self._store.move(turn, expected=self._head.id if self._head else None)
        return self._head

    # --- memories ---

    def edit_short_term(self, text: str) -> None:
        """The short-term memory in the reader's words; it is in the very next prompt."""
        head = self._require_head()
        self._store.revise(RevisionKind.SHORT_TERM, head.id, clean(text).strip())
        self._head = self._store.turn(head.id)

    def memories(self, search: str = "", *, limit: int = 200, before: int = 0) -> tuple[Memory, ...]:
        """The long-term memory of this branch, newest first, with the reader's changes. `before` pages by depth."""
        if self._head is None:
            return ()
        lineage = self._store.lineage(self._head.id)
        changed = self._scenes.overrides(self._head)
        told = self._store.memories(lineage, search=search, limit=limit, before=before)
        return tuple(changed.get(memory.turn, memory) for memory in told)

    def edit_memory(self, turn: TurnId, text: str) -> None:
        """What is remembered of a turn, in the reader's words. Raises NotFound."""
        words = clean(text).strip()
        if not words:
            raise FictionError("A memory can't be empty.", hint="To be rid of it, forget it.")
        self._store.revise(RevisionKind.EDIT, turn, words)

    def pin(self, turn: TurnId, *, pinned: bool = True) -> None:
        """A pinned memory is in every prompt. Raises NotFound."""
        self._store.revise(RevisionKind.PIN if pinned else RevisionKind.UNPIN, turn)

    def forget(self, turn: TurnId) -> None:
        """Never recall this again on this branch. Raises NotFound."""
        self._store.revise(RevisionKind.FORGET, turn)

    def restore(self, turn: TurnId) -> None:
        """The memory as it was told: undoes forgetting and editing. Raises NotFound."""
        self._store.revise(RevisionKind.RESTORE, turn)

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

    async def close(self) -> None:
        """Let go of the save, the memory and the storytellers. Idempotent."""
        await self._memory.close()
        for storyteller in self._storytellers.values():
            await storyteller.close()
        self._store.close()

    # --- inside ---

    async def _open(self) -> None:
        if not self._opened:
            self._opened = True
            await self._memory.open(self._store.archive())

    async def _alone(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        """One turn at a time: two at once would fork the story behind the reader's back."""
        try:
            self._idle()
        except FictionError:
            await events.aclose()
            raise
        self._busy = True
        try:
            async with aclosing(events):
                async for event in events:
                    yield event
        finally:
            self._busy = False

    async def _turn(
        self, parent: Turn | None, choice: Choice, teller: Storyteller, *, keep: bool
    ) -> AsyncGenerator[Event, None]:
        """Choose, recall, narrate, commit, reflect. `keep`: the reader's words are new and must be saved first."""
        try:
            if keep:
                self._store.choose(choice)
                self._unsaved = None  # a new decision: a retry is of this one
                yield ChoiceSaved(choice)
            scene = await self._scenes.after(parent, choice)
            yield Remembered(scene.recall)
            async with aclosing(recurrence.narrate(scene, teller)) as telling:
                async for event in telling:
                    if not isinstance(event, Draft):
                        yield event
                        continue
                    self._unsaved = (parent.id if parent else None, event)
            assert self._unsaved is not None
            told = self._tell(*self._unsaved)
        except FictionError as error:
            yield recurrence.failure(error, choice)
            return
        yield PassageDone(told)
        async for event in self._reflected(scene, told, teller):
            yield event

    async def _save(self, parent: TurnId | None, draft: Draft, teller: Storyteller) -> AsyncGenerator[Event, None]:
        """Write a passage that could not be saved when it was told."""
        try:
            told = self._tell(parent, draft)
        except FictionError as error:
            yield recurrence.failure(error, draft.choice)
            return
        yield PassageDone(told)
        async for event in self._reflect(told, teller):
            yield event

    async def _reflect(self, told: Turn, teller: Storyteller) -> AsyncGenerator[Event, None]:
        parent = self._store.turn(told.parent) if told.parent is not None else None
        scene = await self._scenes.after(parent, told.choice)
        async for event in self._reflected(scene, told, teller):
            yield event

    async def _reflected(self, scene: Scene, told: Turn, teller: Storyteller) -> AsyncGenerator[Event, None]:
        committed = False
        async for event in recurrence.reflect(scene, told, teller, self._store, self._memory):
            if not committed:
                self._head = now = self._store.turn(told.id)
                self._scenes.entered(scene, now)
                committed = True
            yield event

    def _tell(self, parent: TurnId | None, draft: Draft) -> Turn:
        head = self._head.id if self._head else None
        self._head = self._store.tell(parent, draft, head=head)
        self._unsaved = None
        return self._head

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
        if self._head is None:
            raise NotFound("The story has not begun.")
        return self._head

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
