"""The first turn of a world that has an opening of its own: told as written, and noted down without a model."""

import dataclasses

from fiction.story.ledger import LedgerOp, OpenThread, Thread
from fiction.story.memory import MemoryChange, Rationale
from fiction.story.plan import ChoiceKind, Plan
from fiction.story.scene import Scene
from fiction.story.storylets import StoryletPlan
from fiction.story.turn import Reflection
from fiction.story.world import Opening
from fiction.storytellers.prompts.turn import opening_of
from fiction.storytellers.replies.plans import PLANS, with_distinct_approaches
from fiction.storytellers.storylets.slots import Names, fill
from fiction.storytellers.thread_seeds import first_seeds
from fiction.text.tokens import joined, sentences

_SETTING_SENTENCES, _PASSAGE_SENTENCES = 2, 3


def told_opening(scene: Scene) -> str:
    """The opening's own text with its slots filled; empty where there is none, or this is not the first turn."""
    opening = _opening(scene)
    return fill(opening.text, _names(scene, opening)) if opening else ""


def noted_opening(scene: Scene, passage: str) -> Reflection | None:
    """Memory, plans and threads of an opening that has three plans; None where a model must make them."""
    opening = _opening(scene)
    if opening is None or len(opening.plans) < PLANS:
        return None
    names = _names(scene, opening)
    memory = fill(opening.memory, names) or memory_of_opening(scene, passage)
    return Reflection(
        memory=memory,
        plans=with_distinct_approaches(_plan(opening, plan, names) for plan in opening.plans[:PLANS]),
        rationale=Rationale(added=tuple(MemoryChange(sentence, "the story begins") for sentence in sentences(memory))),
        ledger_ops=first_seeds(scene, opening),
        title=opening.title,
    )


def noted_by_model(scene: Scene) -> tuple[Scene, tuple[LedgerOp, ...]]:
    """The scene for a model's notes on an opening without plans, and the threads that the first turn opens anyway."""
    if scene.choice.kind is not ChoiceKind.BEGIN:
        return scene, ()
    opening = _opening(scene)
    memory = scene.memory or (fill(opening.memory, _names(scene, opening)) if opening else "")
    return dataclasses.replace(begun(scene), memory=memory), _first(scene)


def begun(scene: Scene) -> Scene:
    """The scene with the threads that a first turn opens, so that its passage can set them up; others unchanged."""
    if scene.choice.kind is not ChoiceKind.BEGIN or scene.ledger.threads:
        return scene
    opened = tuple(Thread(op.id, op.setup, op.payoff, scene.depth, scene.depth) for op in _first(scene))
    return dataclasses.replace(scene, ledger=dataclasses.replace(scene.ledger, threads=opened))


def _first(scene: Scene) -> tuple[OpenThread, ...]:
    return first_seeds(scene, opening_of(scene.world, scene.settings.opening))


def memory_of_opening(scene: Scene, passage: str) -> str:
    """A memory for an opening that has none: the first sentences of setting and passage."""
    told = [*sentences(scene.world.setting)[:_SETTING_SENTENCES], *sentences(passage)[:_PASSAGE_SENTENCES]]
    return joined(told)


def _opening(scene: Scene) -> Opening | None:
    if scene.choice.kind is not ChoiceKind.BEGIN:
        return None
    opening = opening_of(scene.world, scene.settings.opening)
    return opening if opening and opening.text.strip() else None


def _names(scene: Scene, opening: Opening) -> Names:
    place = next((place.name for place in scene.world.places if place.id == opening.place), "")
    return Names(you=scene.reader.name, place=place)


def _plan(opening: Opening, plan: StoryletPlan, names: Names) -> Plan:
    label, stake, brief = (fill(text, names) for text in (plan.label, plan.stake, plan.brief))
    return Plan(label, stake, plan.approach, brief, key=f"{opening.id}/{plan.id}")
