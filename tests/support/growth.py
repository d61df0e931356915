"""How the time of a function grows with its input, to tell linear from quadratic on a busy machine."""

import time
from collections.abc import Callable

SMALL, LARGE = 16_384, 65_536
LINEAR = 8.0
"""Four times the input takes four times as long, or sixteen where it is quadratic."""
_TOO_SHORT = 0.05
"""Seconds below which nothing can be said, and nothing need be."""


def grows_linearly(run: Callable[[str], object], unit: str) -> bool:
    """Whether 64 KB of a repeated unit take at most eight times as long as 16 KB of it; the best of three each."""
    large = _seconds(run, unit, LARGE)
    return large < _TOO_SHORT or large < LINEAR * _seconds(run, unit, SMALL)


def _seconds(run: Callable[[str], object], unit: str, length: int) -> float:
    text = (unit * (length // len(unit) + 1))[:length]
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        run(text)
        best = min(best, time.process_time() - begun)
        if best < _TOO_SHORT / LINEAR:
            break
    return best
