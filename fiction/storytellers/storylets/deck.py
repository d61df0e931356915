"""The deck of a world: its storylets, plans, cast and conditions, indexed and parsed once."""

from collections.abc import Iterable, Iterator
from functools import cached_property

from fiction.story.conditions import Condition, ConditionError, Situation, parse
from fiction.story.plan import Approach
from fiction.story.storylets import Body, Storylet, StoryletPlan
from fiction.story.world import Character, Opening, World
from fiction.storytellers.storylets.word_forms import stem, tokens

PASSING = "moment-passes"
"""General storylet in which the moment runs on by itself."""
CODA = "after-the-end"
"""General storylet for a reader who writes on after the ending."""
ARRIVING = "on-the-way"
"""General storylet whose bodies bring the reader to another place."""
HEARSAY = "hearsay"
"""General storylet whose bodies lead into a piece of the world's lore."""
SERVICES = (PASSING, CODA, ARRIVING, HEARSAY)

STRANGERS = (
    Character("stranger", "the stranger", "a stranger"),
    Character("newcomer", "the newcomer", "somebody new here"),
    Character("neighbour", "the neighbour", "somebody who lives near"),
)
"""The cast of a world without characters."""

ABSENT = frozenset({"absent", "dead", "offstage", "protagonist", "player"})
"""Tags and roles of characters that a general storylet never casts."""


class Deck:
    """An indexed world, completed by the general storylets. Made once for a story; holds nothing of a turn."""

    def __init__(self, world: World, general: World | None) -> None:
        self.world = world
        taken = {storylet.id for storylet in world.storylets}
        spare = general.storylets if general else ()
        self.own = world.storylets
        self.general = tuple(s for s in spare if s.id not in (*taken, *SERVICES) and not (taken and _has_plot(s)))
        self.services = {s.id: s for s in spare if s.id in SERVICES}
        self.openings = world.openings or (general.openings if general else ())
        self.places = {place.id: place for place in world.places}
        self.named = {someone.id for someone in world.characters}
        self.characters = {someone.id: someone for someone in world.characters or STRANGERS}
        seeds = (*(general.threads if general else ()), *world.threads)
        self.threads = {thread.id: thread for thread in seeds}
        self.endings = world.endings
        self.general_endings = general.endings if general else ()
        self.callbacks = (*world.callbacks, *(general.callbacks if general else ()))
        self._attempts = (dict(world.attempts), dict(general.attempts) if general else {})
        self._conditions: dict[str, Condition | None] = {}
        self._general_ids = {s.id for s in (*self.general, *self.services.values())}
        scenes = [*self.services.values(), *map(_as_storylet, self.openings), *self.general, *self.own]
        self.scenes = {scene.id: scene for scene in scenes}
        self.plans = {f"{scene.id}/{plan.id}": plan for scene in scenes for plan in scene.plans}
        self._told_words: dict[int, frozenset[str]] = {}

    def opening(self, opening: str) -> Opening | None:
        """The opening of that id, else the first; None for a world without openings."""
        return next((o for o in self.openings if o.id == opening), self.openings[0] if self.openings else None)

    def is_general(self, storylet: str) -> bool:
        """Whether the storylet is one of the shared ones."""
        return storylet in self._general_ids

    def attempts(self, approach: Approach) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Outcomes of an unplanned act, as sets of variants with their keys, the fittest first.

        The world's own for that approach come first, then general ones, then those of other approaches.
        """
        for spirit in (approach, *(other for other in Approach if other is not approach)):
            for name, attempts in zip(("own", "general"), self._attempts, strict=True):
                if attempts.get(spirit):
                    yield f"attempt {name} {spirit}", attempts[spirit]

    def condition(self, text: str) -> Condition | None:
        """The parsed condition; None where it is faulty."""
        if text not in self._conditions:
            try:
                self._conditions[text] = parse(text)
            except ConditionError:
                self._conditions[text] = None
        return self._conditions[text]

    def holds(self, text: str, situation: Situation) -> bool:
        """Whether a condition is true; an empty one is, a faulty one is not."""
        if not text:
            return True
        condition = self.condition(text)
        try:
            return condition is not None and condition.holds(situation)
        except RecursionError:
            return False

    def specificity(self, text: str) -> int:
        """The specificity of a condition; 0 for an empty or faulty one."""
        condition = self.condition(text) if text else None
        return condition.specificity if condition else 0

    @cached_property
    def names(self) -> frozenset[str]:
        """Words that are names in this world, in lower case."""
        world = self.world
        named = [thing.name for group in (world.characters, world.places, world.items) for thing in group]
        return frozenset(word for name in named for word in tokens(name))

    def words(self, scene: Storylet | StoryletPlan) -> frozenset[str]:
        """Stems of all texts of a storylet or a plan."""
        key = id(scene)
        if key not in self._told_words:
            self._told_words[key] = frozenset(map(stem, tokens(" ".join(_texts(scene)))))
        return self._told_words[key]


def _as_storylet(opening: Opening) -> Storylet:
    """An opening as a storylet, so that its plans are found and offered like any others."""
    body = Body(opening.text)
    return Storylet(
        opening.id, opening.title, bodies=(body,), plans=opening.plans, place=opening.place, only_by_goto=True
    )


def _has_plot(storylet: Storylet) -> bool:
    """Whether a general storylet belongs to a thread; a world with storylets of its own has its own threads."""
    return any((*plan.opens, *plan.advances, *plan.pays) for plan in storylet.plans)


def _texts(scene: Storylet | StoryletPlan) -> Iterable[str]:
    if isinstance(scene, StoryletPlan):
        return (scene.label, scene.stake, scene.memory, *(body.text for body in scene.outcome))
    return (scene.title, scene.note, *(body.text for body in scene.bodies), *(plan.label for plan in scene.plans))
