"""Scenes: all that a storyteller is told about one turn, from the save, the long-term memory and the director."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from fiction.engine.director import direct
from fiction.engine.ledger import apply, fold
from fiction.engine.ports import LongTermMemory, SaveStore
from fiction.engine.recurrence import as_memory
from fiction.engine.revisions import revised
from fiction.story.ledger import Ledger
from fiction.story.memory import Cue, Memory, Recall, TurnId
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.scene import Scene
from fiction.story.turn import Turn
from fiction.story.world import World

_RECENT = 64
"""Turns before the head that a storyteller may look at: for passages word for word, repeats, plans offered before."""


@dataclass(frozen=True, slots=True)
class Offers:
    """The recall for each plan that a turn offered, and a notice of the memory that the reader has not seen."""

    turn: TurnId
    recalls: Mapping[Choice, Recall]
    notice: str = ""


class Scenes:
    """Makes the scenes of one story. Caches the ledger of one turn, so that a fold is rarely needed."""

    def __init__(self, store: SaveStore, world: World, memory: LongTermMemory) -> None:
        self._store = store
        self._world = world
        self._memory = memory
        self._ledger: tuple[TurnId, Ledger] | None = None
        self._offers: Offers | None = None
        self._known: Scene | None = None
        """The last scene, without choice and recall."""

    async def ahead(self, parent: Turn) -> Scene:
        """The scene after `parent` before the reader has chosen. Looks up what is remembered for each plan."""
        await self._recall_for_plans(parent)
        return self._without_recall(parent, Choice(ChoiceKind.OFFERED))

    async def after(self, parent: Turn | None, choice: Choice) -> Scene:
        """The scene of the turn that `choice` makes after `parent`; None is before the first turn."""
        scene = self._without_recall(parent, choice)
        if parent is None:
            return scene
        offers = self._offers
        if offers is None or offers.turn != parent.id:
            return dataclasses.replace(scene, recall=await self._recall(parent, choice))
        recall = offers.recalls.get(choice) or await self._recall(parent, choice)
        self._offers = dataclasses.replace(offers, notice="")
        return dataclasses.replace(scene, recall=dataclasses.replace(recall, notice=recall.notice or offers.notice))

    def forget_recalls(self) -> None:
        """Recall anew for the plans: memories have changed."""
        self._offers = None

    async def _recall_for_plans(self, parent: Turn) -> None:
        """Look up what is remembered for each plan of `parent`; asked once."""
        if self._offers is None or self._offers.turn != parent.id:
            choices = [Choice(ChoiceKind.OFFERED, plan.label, plan) for plan in parent.plans]
            choices = choices or [Choice(ChoiceKind.CONTINUE)]
            recalls = {choice: await self._recall(parent, choice) for choice in choices}
            notice = next((recall.notice for recall in recalls.values() if recall.notice), "")
            silent = {choice: dataclasses.replace(recall, notice="") for choice, recall in recalls.items()}
            self._offers = Offers(parent.id, silent, notice)

    async def _recall(self, parent: Turn, choice: Choice) -> Recall:
        depth = parent.depth + 1
        cue = Cue(
            choice.query or parent.passage,
            self._store.lineage(parent.id),
            before=depth - self._store.story.settings.recent_passages,
            thread=next((thread.setup for thread in self.ledger_at(parent).open_threads), ""),
        )
        return await self._memory.recall(cue, tuple(self.overrides(parent).values()))

    def _without_recall(self, parent: Turn | None, choice: Choice) -> Scene:
        """The scene without recall; its choice-independent part is cached per parent."""
        story, known = self._store.story, self._known
        fresh = known is None or known.parent is not parent
        if known is None or fresh or (known.settings, known.reader) != (story.settings, story.reader):
            self._known = known = self._put_together(parent)
        return dataclasses.replace(known, choice=choice)

    def _put_together(self, parent: Turn | None) -> Scene:
        story = self._store.story
        depth = parent.depth + 1 if parent else 1
        recent = self._recent(parent)
        ledger = self.ledger_at(parent)
        return Scene(
            world=self._world,
            reader=story.reader,
            settings=story.settings,
            choice=Choice(ChoiceKind.CONTINUE),
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

    def _recent(self, parent: Turn | None) -> tuple[Turn, ...]:
        """The last turns up to and with `parent`; after a turn that was added, without reading all of them again."""
        if parent is None:
            return ()
        known = self._known.recent if self._known else ()
        if known and known[-1].id == parent.parent:
            return (*known, parent)[-_RECENT:]
        return (*self._store.path(parent.id, _RECENT)[:-1], parent)

    def ledger_at(self, turn: Turn | None) -> Ledger:
        """Facts, threads and cast at a turn."""
        if turn is None:
            return Ledger()
        if self._ledger is None or self._ledger[0] != turn.id:
            self._ledger = (turn.id, fold(*self._store.ledger_before(turn.id)))
        return self._ledger[1]

    def entered(self, scene: Scene, turn: Turn) -> None:
        """Cache the ledger after a turn that was just completed."""
        self._ledger = (turn.id, apply(scene.ledger, turn.ledger_ops, turn=turn.id, depth=turn.depth))

    def overrides(self, at: Turn | None) -> dict[TurnId, Memory]:
        """The edited memories by turn, on the branch of `at`."""
        if at is None:
            return {}
        revisions = self._store.revisions(self._store.lineage(at.id))
        return revised(revisions, lambda target: as_memory(self._store.turn(target)))


def _last_memory(recent: tuple[Turn, ...]) -> str:
    """h(t-1): the newest short-term memory; a turn that was told but never reflected has none."""
    return next((turn.memory for turn in reversed(recent) if turn.memory), "")
