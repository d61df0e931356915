"""What a screen shows, as text, and the way into a story."""

import asyncio
import functools
import time
from collections.abc import Callable

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from fiction.tui.reading.screen import ReadingScreen


def shown(app: App[None]) -> str:
    """Every line of the screen as it would be painted."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


async def until(pilot: Pilot[None], what: Callable[[], object], *, seconds: float = 20.0) -> None:
    """Wait for something to become true."""
    pause, end = 0.005, time.monotonic() + seconds
    while time.monotonic() < end:
        await pilot.pause()
        if what():
            return
        await asyncio.sleep(pause)
        pause = min(0.05, 1.5 * pause)
    raise AssertionError(f"it never came to be; the screen shows:\n{shown(pilot.app)}")


async def sees(pilot: Pilot[None], *texts: str) -> None:
    """Wait until all of these stand on the screen."""
    await until(pilot, lambda: all(text in shown(pilot.app) for text in texts))


def reading(app: App[None]) -> ReadingScreen:
    """The reading screen, which must be on top."""
    assert isinstance(app.screen, ReadingScreen), app.screen
    return app.screen


def _has_left(app: App[None], screen: Screen[object]) -> bool:
    return app.screen is not screen


async def begin(pilot: Pilot[None]) -> ReadingScreen:
    """Three key presses from the title into a running story."""
    await pilot.pause()
    for _ in range(3):
        before = pilot.app.screen
        await pilot.press("enter")
        await until(pilot, functools.partial(_has_left, pilot.app, before))
    await sees(pilot, "Climb down")
    return reading(pilot.app)
