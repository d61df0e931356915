"""The built-in storyteller: tells a world's own storylets, without a model and without a network."""

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import replace

from fiction.engine.ports import Ahead
from fiction.story.events import ProseDelta
from fiction.story.memory import Recall
from fiction.story.scene import Scene, Telling
from fiction.story.turn import Reflection
from fiction.story.world import World
from fiction.storytellers.storylets.deck import Deck
from fiction.storytellers.storylets.narration import Step, reflect_foreign, step
from fiction.storytellers.storylets.summing_up import summing_up

_PIECES = re.compile(r"\s*\S+(?:[^\S\n]+\S+){0,2}\s*")
FOREIGN = "The built-in storyteller took this turn's memory and plans over; the plans are general ones."


class OfflineStoryteller:
    """Tells turns from storylets (docs/design.md section 8). A pure function of the scene: an `engine` Storyteller."""

    def __init__(self, general: World | None = None, *, pace: float = 0.0) -> None:
        """`general` holds the shared storylets for worlds that have too few; `pace` is seconds a few words."""
        self._general = general
        self._pace = pace
        self._deck: Deck | None = None

    @property
    def name(self) -> str:
        """Its name in the save."""
        return "offline"

    @property
    def about(self) -> str:
        """One honest line for the reader."""
        return "the built-in storyteller: written scenes, no model"

    @property
    def ahead(self) -> Ahead:
        """OFF: it needs no preparation."""
        return Ahead.OFF

    async def prepare(self, scene: Scene) -> None:
        """Does nothing."""

    def step(self, scene: Scene) -> Step:
        """The whole turn: deterministic from world, settings, state, choice and scene."""
        return step(scene, self._deck_of(scene.world))

    async def narrate(self, scene: Scene) -> AsyncGenerator[Telling, None]:
        """Tell the passage, a few words at a time."""
        for piece in _PIECES.findall(self.step(scene).passage):
            yield ProseDelta(piece)
            await asyncio.sleep(self._pace)

    async def reflect(self, scene: Scene, passage: str) -> Reflection:
        """The reflection of the step that told the passage; for a foreign passage general plans, marked as such.

        After a resume the recall may differ from that of the telling, and with it the callback, so several recalls are
        tried until one gives the passage.
        """
        for recall in (scene.recall, Recall(lexical=scene.recall.items), Recall()):
            again = self.step(replace(scene, recall=recall))
            if again.passage.split() == passage.split():
                return _summed_up(scene, again.reflection)
        if _within(again.passage, passage):
            return _summed_up(scene, again.reflection)
        foreign = reflect_foreign(scene, self._deck_of(scene.world))
        return replace(foreign, plain=True, notice=FOREIGN)

    async def close(self) -> None:
        """Does nothing."""

    def _deck_of(self, world: World) -> Deck:
        if self._deck is None or self._deck.world is not world:
            self._deck = Deck(world, self._general)
        return self._deck


def _summed_up(scene: Scene, reflection: Reflection) -> Reflection:
    ops = summing_up(scene, reflection.rationale)
    return replace(reflection, ledger_ops=(*reflection.ledger_ops, *ops)) if ops else reflection


def _within(told: str, passage: str) -> bool:
    """Whether all paragraphs of a telling are in a passage: they differ by a callback only."""
    paragraphs = {" ".join(part.split()) for part in passage.split("\n\n")}
    return all(" ".join(part.split()) in paragraphs for part in told.split("\n\n"))
