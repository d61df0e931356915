"""Threads that a world declares: when the model storyteller opens them, where no opening or storylet does."""

from collections.abc import Iterable, Sequence

from fiction.story.ledger import LedgerOp, OpenThread, ThreadStatus, TouchThread, thread_key
from fiction.story.scene import Scene
from fiction.story.world import Opening, ThreadSeed

AT_ONCE = 2
"""Threads of the world's own that wait at the same time; a model loses sight of more."""
_AT_REST = (ThreadStatus.PAID, ThreadStatus.DROPPED)
_REMEMBERED = 10
"""Threads up to which the ledger still has all closed ones, so that none is opened again."""


def first_seeds(scene: Scene, opening: Opening | None) -> tuple[OpenThread, ...]:
    """The threads of a story's first turn: the opening's own; without an opening the world's first ones."""
    seeds = scene.world.threads
    if opening is not None:
        return _opened(seed for seed in seeds if seed.id in opening.threads)
    return _opened(seeds[:AT_ONCE])


def next_seed(scene: Scene, ops: Sequence[LedgerOp]) -> tuple[OpenThread, ...]:
    """The world's next thread, once one was closed and too few are left; none near the end."""
    world, known, direction = scene.world, scene.ledger.threads, scene.direction
    rest = {thread_key(op.id) for op in ops if isinstance(op, TouchThread) and op.status in _AT_REST}
    if not rest or world.openings or len(known) >= _REMEMBERED or direction.toward_ending or direction.must_end:
        return ()
    opened = {thread_key(op.id) for op in ops if isinstance(op, OpenThread)}
    waiting = {thread_key(thread.id) for thread in scene.ledger.open_threads} - rest | opened
    used = {thread_key(thread.id) for thread in known} | opened
    fresh = [seed for seed in world.threads if thread_key(seed.id) not in used]
    return _opened(fresh[:1]) if len(waiting) < AT_ONCE else ()


def _opened(seeds: Iterable[ThreadSeed]) -> tuple[OpenThread, ...]:
    return tuple(OpenThread(seed.id, seed.setup, seed.payoff) for seed in seeds)
