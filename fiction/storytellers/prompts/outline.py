"""Where the story stands in its world's outline: what is due, what comes after, where it goes."""

from collections import Counter
from collections.abc import Callable

from fiction.story.ledger import StepStatus
from fiction.story.reader import ENDLESS
from fiction.story.scene import Scene
from fiction.story.world import Ending
from fiction.text.tokens import clip, terms

_TURNS_A_STEP = 12
"""In an endless story; its last step is never reached."""
_STEP, _CONDITION = 60, 60
"""Tokens."""
_ENDINGS_SHOW = 0.6
"""From this share of its length on, a story knows how it may end."""
_NEAR = 2
_STEPS_LATE, _STEPS_EARLY = 1.5, 1.0
_LATE = "The story is late in its course: let time pass and come to the next step, or pass over what no longer fits."
_EARLY = "The story is ahead of its course: stay with this moment and these people; nothing new needs to come out now."
_ALL_TOLD = "All of the outline has happened; what is left is the ending."


def course_heading(scene: Scene) -> str:
    """With where in its length the story is; the length is what the reader asked for and no more than a measure."""
    turns = scene.settings.turns
    if turns == ENDLESS:
        return "The course of the story"
    return f"The course of the story (passage {scene.depth} of about {max(turns, scene.depth)})"


def course_of(scene: Scene, *, known: bool = False) -> list[str]:
    """Where the story stands in the outline, and the endings once it goes toward one; the weightiest first.

    `known` says that outline and endings stand whole in the system message.
    """
    outline = scene.world.outline
    lines: list[str] = []
    if outline:
        at = _step(scene)
        lines.append(f"Under way, or next if it is over: {_told(scene, at)}" if at < len(outline) else _ALL_TOLD)
        if at + 1 < len(outline):
            lines.append(f"After that: {_told(scene, at + 1)}")
        lines += _pace(scene, at)
        if at + 2 < len(outline) and not known:
            lines.append(f"In the end: {_told(scene, len(outline) - 1)}")
    if scene.direction.goes_to_its_end or scene.direction.progress >= _ENDINGS_SHOW:
        lines += _endings(scene, known=known)
    return lines


def _pace(scene: Scene, at: int) -> list[str]:
    """A word where the outline's step `at`, from 0, and the clock are far from each other; mostly none."""
    if scene.settings.turns == ENDLESS or scene.direction.goes_to_its_end:
        return []
    late = scene.direction.progress * len(scene.world.outline) - at
    return [_LATE] if late >= _STEPS_LATE else [_EARLY] if -late >= _STEPS_EARLY else []


def _told(scene: Scene, at: int) -> str:
    return f"{at + 1}. {clip(scene.world.outline[at].summary, _STEP)}"


def _endings(scene: Scene, *, known: bool) -> list[str]:
    """All of them by name; near the end also what has to come about for the two that are nearest to what happens."""
    endings = scene.world.endings
    if not endings:
        return []
    near = sorted(endings, key=_nearness(scene), reverse=True)[:_NEAR]
    if known:
        return [f"Of the endings, the nearest: {' / '.join(ending.title for ending in near)}"]
    lines = [f"It may end as one of these: {' / '.join(ending.title for ending in endings)}"]
    if scene.direction.goes_to_its_end:
        lines += [f"{ending.title}, if {clip(ending.condition, _CONDITION)}" for ending in near if ending.condition]
    return lines


def _nearness(scene: Scene) -> Callable[[Ending], float]:
    """How much an ending has to do with what happens: by its own words, the fewer other endings have them the more."""
    told = " ".join(turn.passage for turn in scene.recent[-2:])
    about = terms(" ".join((scene.choice.query, scene.memory, told)))
    own = {ending.id: terms(f"{ending.title} {ending.condition}") for ending in scene.world.endings}
    held = Counter(term for each in own.values() for term in each)
    return lambda ending: sum(1 / held[term] for term in own[ending.id] & about)


def _step(scene: Scene) -> int:
    """Which step of the outline is under way, from 0; as many as there are where all are done.

    By what has happened, where the storyteller keeps a notebook of it, else by the clock.
    """
    steps = len(scene.world.outline)
    marked = {step.beat: step.status for step in scene.ledger.steps}
    if marked:
        under_way = [at for at, beat in enumerate(scene.world.outline) if marked.get(beat.id) is StepStatus.UNDER_WAY]
        done = [at for at, beat in enumerate(scene.world.outline) if marked.get(beat.id) is StepStatus.DONE]
        return under_way[-1] if under_way else max(done, default=-1) + 1
    if scene.settings.turns == ENDLESS:
        return min(scene.depth // _TURNS_A_STEP, max(0, steps - 2))
    return min(int(scene.direction.progress * steps), steps - 1)
