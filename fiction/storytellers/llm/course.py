"""Where the story stands in its world's outline: what is due, what comes after, where it goes."""

from fiction.engine.ports import Scene
from fiction.story.reader import ENDLESS
from fiction.storytellers.llm.tokens import clip

_TURNS_A_STEP = 12
"""In an endless story; its last step is never reached."""
_STEP, _CONDITION = 45, 24
"""Tokens."""


def course_heading(scene: Scene) -> str:
    """With where in its length the story is; the length is what the reader asked for and no more than a measure."""
    turns = scene.settings.turns
    return "The course of the story" + ("" if turns == ENDLESS else f" (passage {scene.depth} of about {turns})")


def course_of(scene: Scene) -> list[str]:
    """The outline's steps around this turn, and the endings once the story goes toward one; the weightiest first."""
    outline = scene.world.outline
    lines: list[str] = []
    if outline:
        at = _step(scene, len(outline))
        lines.append(f"About now, unless it has happened: {clip(outline[at].summary, _STEP)}")
        if at + 1 < len(outline):
            lines.append(f"After that: {clip(outline[at + 1].summary, _STEP)}")
        if at + 2 < len(outline):
            lines.append(f"In the end: {clip(outline[-1].summary, _STEP)}")
    if goes_to_its_end(scene):
        for ending in scene.world.endings:
            condition = f" ({clip(ending.condition, _CONDITION)})" if ending.condition else ""
            lines.append(f"A possible ending: {ending.title}{condition}")
    return lines


def goes_to_its_end(scene: Scene) -> bool:
    """Whether the endings are what the storyteller must know of now."""
    return scene.direction.toward_ending or scene.direction.must_end


def _step(scene: Scene, steps: int) -> int:
    """Which step of the outline is due, from 0."""
    if scene.settings.turns == ENDLESS:
        return min(scene.depth // _TURNS_A_STEP, max(0, steps - 2))
    return min(int(scene.direction.progress * steps), steps - 1)
