"""What a storyteller is told about one turn: the save, the long-term memory and the director, put together."""

import dataclasses

from fiction.engine.director import direct
from fiction.engine.ledger import apply, fold
from fiction.engine.ports import LongTermMemory, SaveStore, Scene
from fiction.engine.recurrence import as_memory
from fiction.engine.revisions import revised
from fiction.story.ledger import Ledger
from fiction.story.memory import Cue, Memory, TurnId
from fiction.story.plan import Choice
from fiction.story.turn import Turn
from fiction.story.world import World

_RECENT = 8
"""Turns before the head that a storyteller may look at: for verbatim passages, repeats, plans offered before."""


class Scenes:
    """Makes scenes for one story. Keeps the ledger of one turn at a time, so that a fold is rarely needed."""

    def __init__(self, store: SaveStore, world: World, memory: LongTermMemory) -> None:
        self._store = store
        self._world = world
        self._memory = memory
        self._ledger: tuple[TurnId, Ledger] | None = None

    async def after(self, parent: Turn | None, choice: Choice) -> Scene:
        """The scene of the turn that comes of `choice` after `parent`; None is before the first turn."""
        story = self._store.story
        depth = parent.depth + 1 if parent else 1
        recent = self._store.path(parent.id, _RECENT) if parent else ()
        ledger = self.ledger_at(parent)
        scene = Scene(
            world=self._world,
            reader=story.reader,
            settings=story.settings,
            choice=choice,
            depth=depth,
            recent=recent,
            memory=_last_memory(recent),
            ledger=ledger,
            direction=direct(self._world, story.settings, ledger, recent, depth),
            established=tuple(
                f"{c.established.subject} {c.established.relation} {c.established.object}"
                for c in ledger.contradictions
            ),
        )
        if parent is None:
            return scene
        cue = Cue(
            choice.query or parent.passage,
            self._store.lineage(parent.id),
            before=depth - story.settings.recent_passages,
            thread=next((thread.setup for thread in ledger.open_threads), ""),
        )
        overrides = tuple(self.overrides(parent).values())
        return dataclasses.replace(scene, recall=await self._memory.recall(cue, overrides))

    def ledger_at(self, turn: Turn | None) -> Ledger:
        """Facts, threads and cast at a turn."""
        if turn is None:
            return Ledger()
        if self._ledger is None or self._ledger[0] != turn.id:
            self._ledger = (turn.id, fold(*self._store.ledger_before(turn.id)))
        return self._ledger[1]

    def entered(self, scene: Scene, turn: Turn) -> None:
        """Take note of the ledger after a turn that was just completed."""
        self._ledger = (turn.id, apply(scene.ledger, turn.ledger_ops, turn=turn.id, depth=turn.depth))

    def overrides(self, at: Turn | None) -> dict[TurnId, Memory]:
        """The memories that the reader changed, as they are on the branch of `at`."""
        if at is None:
            return {}
        revisions = self._store.revisions(self._store.lineage(at.id))
        return revised(revisions, lambda target: as_memory(self._store.turn(target)))


def _last_memory(recent: tuple[Turn, ...]) -> str:
    """h(t-1): the newest short-term memory there is; a turn that was told but never reflected has none."""
    return next((turn.memory for turn in reversed(recent) if turn.memory), "")
