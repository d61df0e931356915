"""All warnings about a valid pack, for its author, each with its line."""

from collections.abc import Iterator

from fiction.bounded_yaml.document import Path, in_order
from fiction.errors import Problem
from fiction.packs.lint.ranges import can_hold
from fiction.packs.lint.reachable import Reach, Scene, reach
from fiction.packs.lint.texts import lint_texts
from fiction.packs.loader import LoadedPack
from fiction.packs.walk import EACH, Pattern, find, find_text
from fiction.story.storylets import Storylet, StoryletPlan

OFFERED = 3
"""Number of plans in a turn, each with a different approach."""
MAX_LABEL_WORDS = 14
_CONDITIONAL: tuple[tuple[Pattern, str], ...] = (
    (("storylets", EACH, "bodies", EACH), "this body"),
    (("storylets", EACH, "echoes", EACH), "this echo"),
    (("storylets", EACH, "plans", EACH, "outcome", EACH), "this outcome"),
    (("openings", EACH, "plans", EACH, "outcome", EACH), "this outcome"),
    (("epilogue", EACH), "this line of the epilogue"),
)


def lint(pack: LoadedPack) -> tuple[Problem, ...]:
    """All warnings, in file order."""
    reached = reach(pack.world)
    rules = (_manifest, _scenes, _plans, _threads, _lore)
    warnings = [warning for rule in rules for warning in rule(pack)]
    warnings += [warning for rule in (_reachable, _endings, _conditional) for warning in rule(pack, reached)]
    return in_order([*warnings, *lint_texts(pack.document, pack.world.banned_names)])


def _scenes_of(pack: LoadedPack) -> Iterator[tuple[Path, Scene]]:
    for index, opening in enumerate(pack.world.openings):
        yield ("openings", index), opening
    for index, storylet in enumerate(pack.world.storylets):
        yield ("storylets", index), storylet


def _plans_of(pack: LoadedPack) -> Iterator[tuple[Path, Scene, StoryletPlan]]:
    for path, scene in _scenes_of(pack):
        for index, plan in enumerate(scene.plans):
            yield (*path, "plans", index), scene, plan


def _manifest(pack: LoadedPack) -> Iterator[Problem]:
    world, problem = pack.world, pack.document.problem
    if not world.authors:
        yield problem((), "nobody is named as the author", hint="add authors: [your name]")
    if not world.license:
        yield problem((), "the pack has no licence, so nobody may share it", hint="add license: CC-BY-4.0")
    if not world.openings:
        yield problem((), "the pack has no opening, so every story begins as the storyteller likes")
    if world.outline and not world.endings:
        yield problem(("outline",), "an outline without an end: the pack has no endings", key=True)
    told = {beat.act for beat in world.outline}
    if world.acts and any(told) and len(world.acts) not in told:
        yield problem(("outline",), f"the outline has no step in the last act ({len(world.acts)})", key=True)


def _scenes(pack: LoadedPack) -> Iterator[Problem]:
    """Scenes with too few or too similar plans, or without a body for every case."""
    for path, scene in _scenes_of(pack):
        plans = scene.plans
        if (plans and len(plans) < OFFERED) or (not plans and isinstance(scene, Storylet)):
            yield pack.document.problem((*path, "plans"), f"fewer than {OFFERED} plans: {len(plans)}", key=True)
        elif plans and len({plan.approach for plan in plans}) < OFFERED:
            said = f"fewer than {OFFERED} approaches among these plans; a turn offers {OFFERED} different ones"
            yield pack.document.problem((*path, "plans"), said, key=True)
        labels = [plan.label.casefold() for plan in plans]
        if len(set(labels)) < len(labels):
            yield pack.document.problem((*path, "plans"), "two of these plans have the same label", key=True)
        if isinstance(scene, Storylet) and all(body.when for body in scene.bodies):
            said = "every body has a condition; none may hold when the scene is told"
            yield pack.document.problem((*path, "bodies"), said, key=True)


def _plans(pack: LoadedPack) -> Iterator[Problem]:
    for path, _, plan in _plans_of(pack):
        if (words := len(plan.label.split())) > MAX_LABEL_WORDS:
            yield pack.document.problem((*path, "label"), f"a label of {words} words; {MAX_LABEL_WORDS} at the most")
        if not plan.outcome:
            yield pack.document.problem((*path, "label"), "nothing is told of what comes of this plan (outcome)")
        elif all(body.when for body in plan.outcome):
            yield pack.document.problem((*path, "outcome"), "every outcome has a condition; none may hold", key=True)
        if not plan.memory:
            yield pack.document.problem((*path, "label"), "this plan leaves nothing in the memory (memory)")


def _threads(pack: LoadedPack) -> Iterator[Problem]:
    opened = {thread for opening in pack.world.openings for thread in opening.threads}
    opened |= {thread for storylet in pack.world.storylets for thread in storylet.opens}
    opened |= {thread for _, _, plan in _plans_of(pack) for thread in plan.opens}
    paid = {thread for _, _, plan in _plans_of(pack) for thread in plan.pays}
    for index, thread in enumerate(pack.world.threads if pack.world.storylets else ()):
        if thread.id not in opened:
            yield pack.document.problem(("threads", index, "id"), f"nothing opens the thread {thread.id!r}")
        elif thread.id not in paid:
            yield pack.document.problem(("threads", index, "id"), f"no plan pays the thread {thread.id!r}")


def _lore(pack: LoadedPack) -> Iterator[Problem]:
    for index, lore in enumerate(pack.world.lore):
        if not lore.keywords and not lore.always:
            said = "without keywords and without `always: true` this is never told to the storyteller"
            yield pack.document.problem(("lore", index, "id"), said)


def _reachable(pack: LoadedPack, reached: Reach) -> Iterator[Problem]:
    for path, scene in _scenes_of(pack):
        if isinstance(scene, Storylet) and scene.id not in reached.scenes:
            said = "no plan that can be taken leads here" if scene.only_by_goto else "its `when` can never hold"
            said = "its weight is 0" if not scene.weight and not scene.only_by_goto else said
            yield pack.document.problem((*path, "id"), f"the storylet {scene.id!r} can't be reached: {said}")
    for path, scene, plan in _plans_of(pack):
        if scene.id in reached.scenes and f"{scene.id}/{plan.id}" not in reached.plans:
            yield pack.document.problem((*path, "when"), "this plan is never offered: its `when` can never hold")


def _endings(pack: LoadedPack, reached: Reach) -> Iterator[Problem]:
    for index, ending in enumerate(pack.world.endings):
        if ending.id not in reached.endings:
            said = f"the ending {ending.id!r} can't be reached: its `when` can never hold, and no plan leads to it"
            yield pack.document.problem(("endings", index, "id"), said)
        if pack.world.storylets and not ending.bodies:
            yield pack.document.problem(("endings", index, "id"), f"the ending {ending.id!r} has no text (bodies)")
    ends = any(plan.ending for _, scene, plan in _plans_of(pack) if f"{scene.id}/{plan.id}" in reached.plans)
    if pack.world.storylets and pack.world.endings and not ends:
        yield pack.document.problem(("storylets",), "no plan leads to an ending", key=True)


def _conditional(pack: LoadedPack, reached: Reach) -> Iterator[Problem]:
    """Texts with impossible conditions."""
    for pattern, noun in _CONDITIONAL:
        for path, _ in find(pack.document.data, pattern):
            for where, when in find_text(pack.document.data, (*path, "when")):
                if not can_hold(" ".join(when.split()), reached.bounds):
                    yield pack.document.problem(where, f"{noun} is never told: its `when` can never hold")
