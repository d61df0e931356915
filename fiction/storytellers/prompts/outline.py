"""Where the story stands in its world's outline: what is due, what comes after, where it goes."""

from collections import Counter
from collections.abc import Callable

from fiction.story.reader import ENDLESS
from fiction.story.scene import Scene
from fiction.story.world import Ending
from fiction.text.tokens import clip, terms

_TURNS_A_STEP = 12
"""In an endless story; its last step is never reached."""
_STEP, _CONDITION = 45, 32
"""Tokens."""
_ENDINGS_SHOW = 0.6
"""From this share of its length on, a story knows how it may end."""
_NEAR = 2


def course_heading(scene: Scene) -> str:
    """With where in its length the story is; the length is what the reader asked for and no more than a measure."""
    turns = scene.settings.turns
    if turns == ENDLESS:
        return "The course of the story"
    return f"The course of the story (passage {scene.depth} of about {max(turns, scene.depth)})"


def course_of(scene: Scene) -> list[str]:
    """The outline's steps around this turn, and the endings once the story goes toward one; the weightiest first."""
    outline = scene.world.outline
    lines: list[str] = []
    if outline:
        at = _step(scene, len(outline))
        lines.append(f"About now, unless it has happened: {clip(outline[at].summary, _STEP)}")
        if at + 1 < len(outline):
            lines.append(f"After that: {clip(outline[at + 1].summary, _STEP)}")
        if at:
            lines.append(f"Before that, if it has not happened: {clip(outline[at - 1].summary, _STEP)}")
        if at + 2 < len(outline):
            lines.append(f"In the end: {clip(outline[-1].summary, _STEP)}")
    if scene.world.endings and (goes_to_its_end(scene) or scene.direction.progress >= _ENDINGS_SHOW):
        lines += _endings(scene)
    return lines


def _endings(scene: Scene) -> list[str]:
    """All of them by name; near the end also what has to come about for the two that are nearest to what happens."""
    endings = scene.world.endings
    lines = [f"It may end as one of these: {' / '.join(ending.title for ending in endings)}"]
    if goes_to_its_end(scene):
        near = sorted(endings, key=_nearness(scene), reverse=True)
        lines += [
            f"{ending.title}, if {clip(ending.condition, _CONDITION)}" for ending in near[:_NEAR] if ending.condition
        ]
    return lines


def _nearness(scene: Scene) -> Callable[[Ending], float]:
    """How much an ending has to do with what happens: by its own words, the fewer other endings have them the more."""
    told = " ".join(turn.passage for turn in scene.recent[-2:])
    about = terms(" ".join((scene.choice.query, scene.memory, told)))
    own = {ending.id: terms(f"{ending.title} {ending.condition}") for ending in scene.world.endings}
    held = Counter(term for each in own.values() for term in each)
    return lambda ending: sum(1 / held[term] for term in own[ending.id] & about)


def goes_to_its_end(scene: Scene) -> bool:
    """Whether the endings are what the storyteller must know of now."""
    return scene.direction.toward_ending or scene.direction.must_end


def _step(scene: Scene, steps: int) -> int:
    """Which step of the outline is due, from 0."""
    if scene.settings.turns == ENDLESS:
        return min(scene.depth // _TURNS_A_STEP, max(0, steps - 2))
    return min(int(scene.direction.progress * steps), steps - 1)
