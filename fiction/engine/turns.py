"""How the turns of a story come about: made, made again, saved late, reflected late; and where its head is."""

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
"""Troubles that come of what the model said, not of how it was reached."""


class Turns:
    """Makes turns, each as events that end with TurnSaved or TurnFailed. One at a time is the session's to see to."""

    def __init__(self, *, store: SaveStore, memory: LongTermMemory, scenes: Scenes, foresight: Foresight) -> None:
        self._store = store
        self._memory = memory
        self._scenes = scenes
        self._foresight = foresight
        self._unsaved: tuple[TurnId | None, Draft] | None = None
        self._retries = 0
        """Of the choice that is pending, in a row."""
        self._unheard = True
        """Its last telling failed before the reader could have heard it, as far as is known."""
        self.head = store.head()
        """The turn the reader is at; None before the first."""

    def begun(self) -> Turn:
        """The head of a story that has one. Raises NotFound before the first turn."""
        if self.head is None:
            raise NotFound("The story has not begun.")
        return self.head

    def move(self, turn: TurnId) -> Turn:
        """To any turn of the tree. Raises NotFound."""
        self._unsaved = None
        self.head = self._store.move(turn, expected=self.head.id if self.head else None)
        return self.head

    async def make(
        self, parent: Turn | None, choice: Choice, teller: Storyteller, *, keep: bool, telling: int = 0
    ) -> AsyncGenerator[Event, None]:
        """Choose, recall, narrate, commit, reflect.

        Args:
            keep: the reader's words are new and must be saved first.
            telling: how often it was told before.
        """
        try:
            if keep:
                self._store.choose(choice)
                self._unsaved = None  # a new decision: a retry is of this one
                yield ChoiceSaved(choice)
            foreseen = await self._foresight.take(parent, choice, teller)
            scene = (foreseen.scene if foreseen else None) or await self._scene(parent, choice, teller)
            scene = dataclasses.replace(self._foresight.reminded(scene), telling=telling)
            yield Remembered(scene.recall)
            passage = self._foresight.told(foreseen) if foreseen else recurrence.narrate(scene, teller)
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
        async for event in self._reflected(scene, told, teller):
            yield event

    def again(self, hint: str, teller: Storyteller) -> AsyncGenerator[Event, None]:
        """What failed, once more: a passage that could not be saved is saved, a reflection that failed is made again,
        a choice that is pending is told. Where nothing failed, another telling of the head's choice, as a sibling.
        """
        head = self.head
        pending = self._store.pending()
        if self._unsaved is not None:
            return self._save(*self._unsaved, teller)
        if head is None:
            begin = Choice(ChoiceKind.BEGIN, hint=clean(hint))
            return self.make(None, begin, teller, keep=False, telling=self._next_telling())
        if head.stage is Stage.TOLD:
            return self.reflect(head, teller)
        if pending is not None:
            choice = dataclasses.replace(pending, hint=clean(hint))
            return self.make(head, choice, teller, keep=True, telling=self._next_telling())
        if head.plain and not hint:
            return self.reflect(head, teller)
        parent = self._store.turn(head.parent) if head.parent is not None else None
        told = len(self._store.children(head.parent))
        wish = clean(hint) or f"Tell it in another way (telling {told + 1})."
        choice = dataclasses.replace(head.choice, hint=wish)
        return self.make(parent, choice, teller, keep=False, telling=told)

    def _next_telling(self) -> int:
        """How often a pending choice was told; one that nobody heard is asked for once more as it was."""
        self._retries += 1
        return self._retries - self._unheard

    async def reflect(self, told: Turn, teller: Storyteller) -> AsyncGenerator[Event, None]:
        """Memory, plans and ledger of a turn whose passage is saved."""
        await self._foresight.stop()
        parent = self._store.turn(told.parent) if told.parent is not None else None
        scene = await self._scene(parent, told.choice, teller)
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
        async for event in self.reflect(told, teller):
            yield event

    async def _reflected(self, scene: Scene, told: Turn, teller: Storyteller) -> AsyncGenerator[Event, None]:
        async for event in recurrence.reflect(scene, told, teller, self._store, self._memory):
            if isinstance(event, Turn):
                self.head = event
                self._scenes.entered(scene, event)
            else:
                yield event

    async def _scene(self, parent: Turn | None, choice: Choice, teller: Storyteller) -> Scene:
        """What is remembered for any of the plans is asked for only where a storyteller works ahead."""
        return await self._scenes.after(parent, choice, common=teller.ahead.asks)

    def _tell(self, parent: TurnId | None, draft: Draft) -> Turn:
        self.head = self._store.tell(parent, draft, head=self.head.id if self.head else None)
        self._unsaved = None
        self._retries, self._unheard = 0, False
        return self.head
