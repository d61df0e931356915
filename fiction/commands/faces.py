"""The two faces of the game, opened on the library or on a story."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING

from fiction.commands import Context

if TYPE_CHECKING:
    from fiction.engine.game import NewStory
    from fiction.engine.session import Session

Opener = Callable[[], Awaitable["Session"]]
"""Starts or resumes the story to play."""


def lines_only(*, plain: bool = False) -> bool:
    """Whether the game is played in lines: asked for, or not all streams are a terminal (stderr has the screen)."""
    return plain or not all(stream and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def play(context: Context, opener: Opener, *, plain: bool) -> int:
    """Play one story on whichever face fits."""
    return play_in_lines(context, opener) if lines_only(plain=plain) else play_on_screen(context, opener)


def begin(context: Context, story: "NewStory", *, plain: bool) -> int:
    """Begin a story on whichever face fits; both show how far a world is that is being made of a sentence."""
    is_made = bool(story.premise) and story.settings.storyteller != "offline"
    if not is_made:
        return play(context, lambda: context.house.start(story), plain=plain)
    return _begin_in_lines(context, story) if lines_only(plain=plain) else play_on_screen(context, begin=story)


def _begin_in_lines(context: Context, story: "NewStory") -> int:
    from fiction.engine.making import Making
    from fiction.plain import LinePrinter, PlainGame, TypedLines, made

    async def playing() -> int:
        making, page = Making(), LinePrinter.of_stdout()
        work = context.house.start(story, making=making)
        session, lines = await made(work, making, TypedLines.of_stdin(), page)
        try:
            return await PlainGame(context.house, session, lines=lines, page=page).play()
        finally:
            await session.close()

    return _to_the_end(context, playing())


def play_in_lines(context: Context, opener: Opener | None = None) -> int:
    """The plain game; without an opener it asks what to play. Returns the exit code."""
    from fiction.plain import LinePrinter, PlainGame, TypedLines, library

    async def playing() -> int:
        lines, page = TypedLines.of_stdin(), LinePrinter.of_stdout()
        session = await opener() if opener else await library(context.house, lines, page)
        if session is None:
            return 0
        try:
            return await PlainGame(context.house, session, lines=lines, page=page).play()
        finally:
            await session.close()

    return _to_the_end(context, playing())


def play_on_screen(context: Context, opener: Opener | None = None, *, begin: "NewStory | None" = None) -> int:
    """The game on the whole screen. Returns the exit code."""
    from fiction.commands.reports import secrets_of
    from fiction.tui.looks import read_looks

    async def playing() -> int:
        session = await opener() if opener else None
        from fiction.tui.app import FictionApp

        looks = read_looks(context.home.config)
        app = FictionApp(
            lambda: context.house,
            start=session,
            begin=begin,
            theme=looks.theme,
            animations=looks.animations,
            crash_log=context.home.logs / "crash.txt",
            secrets=lambda: secrets_of(context),
        )
        await app.run_async()
        return app.return_code or 0

    return _to_the_end(context, playing())


def _to_the_end(context: Context, playing: Coroutine[None, None, int]) -> int:
    """Play; whatever the game started beside it ends with it."""
    try:
        return asyncio.run(playing)
    finally:
        context.close()
