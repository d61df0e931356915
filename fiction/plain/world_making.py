"""A world in the making, in lines: how far it is now and then, and Enter to begin without it."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress

from fiction.engine.making import PARTS, Making
from fiction.engine.session import Session
from fiction.plain.line_printer import LinePrinter
from fiction.plain.lines import Lines
from fiction.plain.waits import span

STEP = 10.0
"""Seconds between two lines about it at first."""
_LONGEST = 60.0
_GO = ("", "go")
"""What the reader types to begin with the sentence alone."""


class Unread:
    """Lines of which one was read too early: it comes first."""

    def __init__(self, line: str, lines: Lines) -> None:
        self._line: str | None = line
        self._lines = lines

    async def next(self) -> str | None:
        """The next line without its end; None when there are no more."""
        line, self._line = self._line, None
        return line if line is not None else await self._lines.next()


async def made(
    work: Coroutine[object, object, Session], making: Making, lines: Lines, page: LinePrinter, *, step: float = STEP
) -> tuple[Session, Lines]:
    """The session that `work` comes to, and the lines that are still to be read.

    Raises:
        FictionError: as `work` does.
    """
    page.say("A world is being made of your sentence. Press Enter to begin with the sentence alone.")
    beginning = asyncio.ensure_future(work)
    typed: asyncio.Task[str | None] | None = asyncio.ensure_future(lines.next())
    try:
        while not beginning.done():
            waited_for: set[asyncio.Future[object]] = {beginning, *((typed,) if typed else ())}  # type: ignore[arg-type]
            done, _ = await asyncio.wait(waited_for, timeout=step, return_when=asyncio.FIRST_COMPLETED)
            if typed is not None and typed in done:
                line, typed = typed.result(), None
                if line is not None and line.strip().lower() in _GO:
                    making.begin_without()
                elif line is not None:  # typed for the story: it is read there
                    lines = Unread(line, lines)
            elif not done:
                page.say(how_far(making))
                step = min(_LONGEST, 2 * step)
        return await beginning, lines
    finally:
        beginning.cancel()
        if typed is not None:
            typed.cancel()
            with suppress(asyncio.CancelledError):
                await typed


def how_far(making: Making) -> str:
    """`The world: 3 of 12 parts, 1,240 characters, 40 s; about 3 min left. Enter begins without it.`"""
    if not making.characters:
        return f"The world: nothing yet, {span(making.seconds)}. Enter begins without it."
    left = f"; about {span(making.left)} left" if making.left is not None else ""
    so_far = f"{making.parts} of {len(PARTS)} parts, {making.characters:,} characters, {span(making.seconds)}"
    return f"The world: {so_far}{left}. Enter begins without it."
