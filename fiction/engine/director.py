"""The director: where the story stands against its length, and up to three sentences on what this turn might need.

It suggests and never forces. The wanted tension is the level of the genre with a sawtooth around it and a peak late in
the story; a smooth ramp is not how novels go (docs/design.md section 7).
"""

import dataclasses
from dataclasses import dataclass

from fiction.engine.directions import direction, directions
from fiction.story.ledger import Ledger, OpenThread, Thread, TouchThread
from fiction.story.reader import ENDLESS, StorySettings
from fiction.story.scene import Direction
from fiction.story.turn import Turn
from fiction.story.world import Act, World

ENDING_AT = 0.85
"""Share of the length from which on the story goes toward its end."""
MUST_END_AT = 1.1
STALL_TURNS = 4
"""Turns without anything of importance that make a stall."""
ANSWERS_FROM = 0.6
"""Share of the length before which threads of the first turn are not called for: they are the story's own question."""
REMIND_EVERY = 2
"""Turns between two reminders of a waiting thread: reminded every turn, a storyteller tells of nothing else."""
ENDLESS_CHAPTER = 60
"""Turns by which an endless story is measured: it reaches the middle act as a story of that length, and stays there."""

_REGISTERS = {
    "thriller": 7.0,
    "horror": 6.5,
    "adventure": 6.0,
    "mystery": 5.5,
    "fantasy": 5.5,
    "gothic": 5.5,
    "science fiction": 5.5,
    "western": 5.5,
    "romance": 4.5,
    "domestic": 4.3,
    "comedy": 4.0,
}
_SAWTOOTH = (-1.5, -0.5, 0.5, 1.5, 0.0)
_DEFAULT_ACTS = (Act("I", share=0.25), Act("II", share=0.5), Act("III", share=0.25))


@dataclass(frozen=True, slots=True)
class _Position:
    act: int
    acts: int
    progress: float


def direct(world: World, settings: StorySettings, ledger: Ledger, recent: tuple[Turn, ...], depth: int) -> Direction:
    """The direction for the turn at `depth` (from 1). `recent` are the turns before it, oldest first."""
    here = _position(world, settings, depth)
    before = _position(world, settings, depth - 1) if depth > 1 else None
    due = due_thread(ledger, settings, depth)
    ends = settings.turns != ENDLESS
    wanted = Direction(
        act=here.act,
        acts=here.acts,
        progress=here.progress if ends else 0.0,
        tension=_tension(world, here.progress if ends else 0.0, depth),
        opens_act=before is None or before.act != here.act,
        toward_ending=ends and here.progress >= ENDING_AT,
        must_end=ends and here.progress >= MUST_END_AT,
        due_thread=due.id if due else "",
        stalled=_stalled(recent),
    )
    return _with_lines(wanted, world, due, depth)


def due_thread(ledger: Ledger, settings: StorySettings, depth: int) -> Thread | None:
    """The thread that has waited longest, if it has waited a quarter of the story (at least 4 turns, at most 20)."""
    patience = min(20, max(4, settings.turns // 4))
    waiting = [thread for thread in ledger.open_threads if depth - thread.touched >= patience]
    return waiting[0] if waiting else None


def _position(world: World, settings: StorySettings, depth: int) -> _Position:
    acts = world.acts or _DEFAULT_ACTS
    length = settings.turns or ENDLESS_CHAPTER
    progress = (depth - 1) / max(1, length)
    last = len(acts) if settings.turns != ENDLESS else max(1, len(acts) - 1)
    total = sum(act.share for act in acts) or 1.0
    told = 0.0
    for number, act in enumerate(acts, start=1):
        told += (act.share / total) if any(a.share for a in acts) else 1 / len(acts)
        if progress < told - 1e-9 or number == last:
            return _Position(number, len(acts), progress)
    return _Position(last, len(acts), progress)


def _tension(world: World, progress: float, depth: int) -> float:
    registers = [_REGISTERS[genre.lower()] for genre in world.genre if genre.lower() in _REGISTERS]
    register = sum(registers) / len(registers) if registers else 5.0
    peak = 2.0 if 0.7 <= progress < 0.95 else 0.0
    return round(min(9.5, max(1.0, register + _SAWTOOTH[depth % len(_SAWTOOTH)] + peak)), 1)


def _stalled(recent: tuple[Turn, ...]) -> bool:
    last = recent[-STALL_TURNS:]
    if len(last) < STALL_TURNS:
        return False
    moved = any(isinstance(op, (OpenThread, TouchThread)) for turn in last for op in turn.ledger_ops)
    return not moved and all(turn.importance <= 4 for turn in last)


def _with_lines(wanted: Direction, world: World, due: Thread | None, depth: int) -> Direction:
    lines: list[str] = []
    opening = wanted.opens_act and wanted.act > 1
    if wanted.must_end:
        lines.append(direction("last passage"))
    elif wanted.toward_ending:
        lines.append(direction("toward the end"))
    elif opening:
        summary = world.acts[wanted.act - 1].summary if wanted.act <= len(world.acts) else ""
        lines.append(direction("new part"))
        if summary:
            lines.append(direction("part", summary=summary))
    own = due is not None and due.opened <= 1 and 0 < wanted.progress < ANSWERS_FROM
    if due is not None and not own and not opening and (depth - due.touched) % REMIND_EVERY == 0:
        lines.append(direction("thread", setup=due.setup))
    if wanted.stalled and not wanted.must_end:
        lines.append(direction("stall"))
    if not wanted.toward_ending and not wanted.must_end and not opening:
        lines.append(_pace(wanted.tension, depth))
    return dataclasses.replace(wanted, lines=tuple(lines))


def _pace(tension: float, depth: int) -> str:
    """A sentence on pace; never the same one in two turns running."""
    sentences = directions("tight" if tension >= 7 else "steady" if tension >= 4.5 else "calm")
    return sentences[depth % len(sentences)]
