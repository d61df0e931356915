"""Making turns: told and reflected, told again, saved or reflected late; and the head of the story."""

import dataclasses
from collections.abc import AsyncGenerator
from contextlib import aclosing

from fiction.engine import recurrence
from fiction.engine.foresight import Foresight
from fiction.engine.ports import LongTermMemory, SaveStore, Storyteller
from fiction.engine.scenes import Scenes
from fiction.errors import FictionError, NotFound, StorytellerError, Trouble
from fiction.story.events import ChoiceSaved, Event, PassageDone, Remembered
from fiction.story.memory import TurnId
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.scene import Scene
from fiction.story.turn import Draft, Stage, Turn
from fiction.text.sanitise import clean

_OF_THE_REPLY = frozenset({Trouble.REFUSED})
"""Troubles with the content of a reply, not with reaching the model."""


class Turns:
    """Makes turns, each as events that end with TurnSaved or TurnFailed. TurnSequence makes one at a time."""

    def __init__(self, *, store: SaveStore, memory: LongTermMemory, scenes: Scenes, foresight: Foresight) -> None:
        self._store = store
        self._memory = memory
        self._scenes = scenes
        self._foresight = foresight
        self._unsaved: tuple[TurnId | None, Draft] | None = None
        self._retries = 0
        """Retries of the pending choice, in a row."""
        self._unheard = True
        """The last telling of the pending choice failed before the model had answered, as far as is known."""
        self.head = store.head()
        """The turn the reader is at; None before the first."""

    def begun(self) -> Turn:
        """The head of a story that has one. Raises NotFound before the first turn."""
        if self.head is None:
            raise NotFound("The story has not begun.")
        return self.head

    def move(self, turn: TurnId) -> Turn:
        """Move the head to any turn of the tree. Raises NotFound."""
        self._unsaved = None
        self.head = self._store.move(turn, expected=self.head.id if self.head else None)
        return self.head

    async def make(
        self, parent: Turn | None, choice: Choice, storyteller: Storyteller, *, keep: bool, telling: int = 0
    ) -> AsyncGenerator[Event, None]:
        """Choose, recall, narrate, commit, reflect.

        Args:
            keep: save the choice first; it is new.
            telling: how often this choice was told before.
        """
        try:
            if keep:
                self._store.choose(choice)
                self._unsaved = None  # a new decision: a retry is of this one
                yield ChoiceSaved(choice)
            foreseen = await self._foresight.take(parent, choice, storyteller)
            scene = (foreseen.scene if foreseen else None) or await self._scene(parent, choice, storyteller)
            scene = dataclasses.replace(self._foresight.reminded(scene), telling=telling)
            yield Remembered(scene.recall)
            passage = self._foresight.told(foreseen) if foreseen else recurrence.narrate(scene, storyteller)
            async with aclosing(passage) as events:
                async for event in events:
                    if not isinstance(event, Draft):
                        yield event
                        continue
                    self._unsaved = (parent.id if parent else None, event)
            assert self._unsaved is not None
            told = self._tell(*self._unsaved)
        except FictionError as error:
            self._unheard = not (isinstance(error, StorytellerError) and error.trouble in _OF_THE_REPLY)
            yield recurrence.failure(error, choice)
            return
        yield PassageDone(told)
        async for event in self._reflected(scene, told, storyteller):
            yield event

    def again(self, hint: str, storyteller: Storyteller) -> AsyncGenerator[Event, None]:
        """Do again what failed: save an unsaved passage, make a failed reflection, tell a pending choice. Where nothing
        failed, tell the head's choice once more, as a sibling.
        """
        head = self.head
        pending = self._store.pending()
        if self._unsaved is not None:
            return self._save(*self._unsaved, storyteller)
        if head is None:
            begin = Choice(ChoiceKind.BEGIN, hint=clean(hint))
            return self.make(None, begin, storyteller, keep=False, telling=self._next_telling())
        if head.stage is Stage.TOLD:
            return self.reflect(head, storyteller)
        if pending is not None:
            choice = dataclasses.replace(pending, hint=clean(hint))
            return self.make(head, choice, storyteller, keep=True, telling=self._next_telling())
        if head.plain and not hint:
            return self.reflect(head, storyteller)
        parent = self._store.turn(head.parent) if head.parent is not None else None
        told = len(self._store.children(head.parent))
        wish = clean(hint) or f"Tell it in another way (telling {told + 1})."
        choice = dataclasses.replace(head.choice, hint=wish)
        return self.make(parent, choice, storyteller, keep=False, telling=told)

    def _next_telling(self) -> int:
        """How often the pending choice was told; a telling that never reached the model does not count."""
        self._retries += 1
        return self._retries - self._unheard

    async def reflect(self, told: Turn, storyteller: Storyteller) -> AsyncGenerator[Event, None]:
        """Memory, plans and ledger of a turn whose passage is saved."""
        await self._foresight.stop()
        parent = self._store.turn(told.parent) if told.parent is not None else None
        scene = await self._scene(parent, told.choice, storyteller)
        async for event in self._reflected(scene, told, storyteller):
            yield event

    async def _save(self, parent: TurnId | None, draft: Draft, storyteller: Storyteller) -> AsyncGenerator[Event, None]:
        """Save a passage that could not be saved when it was told, and reflect it."""
        try:
            told = self._tell(parent, draft)
        except FictionError as error:
            yield recurrence.failure(error, draft.choice)
            return
        yield PassageDone(told)
        async for event in self.reflect(told, storyteller):
            yield event

    async def _reflected(self, scene: Scene, told: Turn, storyteller: Storyteller) -> AsyncGenerator[Event, None]:
        async for event in recurrence.reflect(scene, told, storyteller, self._store, self._memory):
            if isinstance(event, Turn):
                self.head = event
                self._scenes.entered(scene, event)
            else:
                yield event

    async def _scene(self, parent: Turn | None, choice: Choice, storyteller: Storyteller) -> Scene:
        return await self._scenes.after(parent, choice)

    def _tell(self, parent: TurnId | None, draft: Draft) -> Turn:
        self.head = self._store.tell(parent, draft, head=self.head.id if self.head else None)
        self._unsaved = None
        self._retries, self._unheard = 0, False
        return self.head
