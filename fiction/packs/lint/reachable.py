"""Finds the reachable scenes, plans and endings of a world, by following everything that can happen."""

from collections.abc import Iterator
from dataclasses import dataclass

from fiction.packs.lint.ranges import MAYBE, NO, Bounds, Possible, Range, can_hold
from fiction.story.storylets import Effect, Storylet
from fiction.story.world import Opening, World

_FAR = 1_000_000
"""An upper bound for the turns of a story."""

Scene = Opening | Storylet


@dataclass(frozen=True, slots=True)
class Reach:
    """The reachable parts of a world."""

    bounds: Bounds
    """Bounds over all reachable moments."""
    scenes: frozenset[str]
    """Ids of openings and storylets."""
    plans: frozenset[str]
    """Ids in the form `scene/plan`."""
    endings: frozenset[str]


def reach(world: World) -> Reach:
    """Search from the openings through their plans until nothing new is reached."""
    search = _Search(world)
    while search.go_round():
        pass
    ends = frozenset(
        ending.id for ending in world.endings if ending.id in search.led_to or can_hold(ending.when, search.bounds)
    )
    return Reach(search.bounds, frozenset(search.scenes), frozenset(search.plans), ends)


class _Search:
    """The parts reached so far. They and the bounds only grow, so the search ends."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.scenes: set[str] = {opening.id for opening in world.openings}
        self.plans: set[str] = set()
        self.led_to: set[str] = set()
        """Ids of storylets and endings that are a plan's target."""
        self._paid: set[str] = set()
        self._open = {thread for opening in world.openings for thread in opening.threads}
        self.bounds = self._bounds()

    def go_round(self) -> bool:
        """Visit all scenes once; returns whether anything new was reached."""
        before = (len(self.scenes), len(self.plans), self.bounds.values)
        for opening in self.world.openings:
            self._follow(opening)
        for storylet in self.world.storylets:
            if storylet.id in self.scenes or self._comes(storylet):
                self.scenes.add(storylet.id)
                self._open.update(storylet.opens)
                self._follow(storylet)
        self.bounds = self._bounds()
        return before != (len(self.scenes), len(self.plans), self.bounds.values)

    def _comes(self, storylet: Storylet) -> bool:
        drawn = not storylet.only_by_goto and storylet.weight > 0 and can_hold(storylet.when, self.bounds)
        return drawn or storylet.id in self.led_to

    def _follow(self, scene: Scene) -> None:
        for plan in scene.plans:
            if can_hold(plan.when, self.bounds):
                self.plans.add(f"{scene.id}/{plan.id}")
                self.led_to.update((plan.goto, plan.ending))
                self._open.update(plan.opens)
                self._paid.update(plan.pays)

    def _bounds(self) -> Bounds:
        known = {
            "seen": self.scenes,
            "did": self.plans,
            "met": {character.id for character in self.world.characters},
            "paid": self._paid,
            "open": self._open,
        }
        values: dict[str, Possible] = {**self._ranges()}
        values |= {
            "act": (1, len(self.world.acts) or 9),
            "turn": (0, _FAR),
            "tension": (0, 10),
            "place": frozenset(("", *(place.id for place in self.world.places))),
            "opening": frozenset(opening.id for opening in self.world.openings),
        }
        return Bounds(values, lambda call, argument: MAYBE if argument in known[call] else NO)

    def _ranges(self) -> dict[str, Range]:
        """The range of each quality: its start and set values, plus everything that reached scenes add."""
        lows = {quality.id: quality.start for quality in self.world.qualities}
        highs, down, up = dict(lows), dict.fromkeys(lows, 0), dict.fromkeys(lows, 0)
        scenes: tuple[Scene, ...] = (*self.world.openings, *self.world.storylets)
        for scene in scenes:
            for effect in self._sets(scene):
                lows[effect.quality] = min(lows[effect.quality], effect.amount)
                highs[effect.quality] = max(highs[effect.quality], effect.amount)
            for quality, least, most in self._adds(scene):
                down[quality] += least
                up[quality] += most
        return {
            quality.id: (
                max(lows[quality.id] + down[quality.id], quality.minimum),
                min(highs[quality.id] + up[quality.id], quality.maximum),
            )
            for quality in self.world.qualities
        }

    def _ways(self, scene: Scene) -> list[tuple[Effect, ...]]:
        """A scene's effects for each of its reachable plans."""
        if scene.id not in self.scenes:
            return []
        able = [plan for plan in scene.plans if f"{scene.id}/{plan.id}" in self.plans]
        return [(*scene.effects, *plan.effects) for plan in able] or [scene.effects]

    def _sets(self, scene: Scene) -> Iterator[Effect]:
        return (effect for way in self._ways(scene) for effect in way if effect.sets)

    def _adds(self, scene: Scene) -> Iterator[tuple[str, int, int]]:
        """The largest decrease and increase of each quality by a scene in a whole story."""
        times = _FAR if isinstance(scene, Storylet) and not scene.once else 1
        ways = self._ways(scene)
        for quality in {effect.quality for way in ways for effect in way}:
            sums = [_sum(way, quality) for way in ways]
            yield quality, times * min(0, *sums, 0), times * max(0, *sums, 0)


def _sum(effects: tuple[Effect, ...], quality: str) -> int:
    return sum(effect.amount for effect in effects if effect.quality == quality and not effect.sets)
