"""The two faces of the game, opened on the library or on a story."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import TYPE_CHECKING

from fiction.commands import Context
from fiction.commands.ending import EndSignals

if TYPE_CHECKING:
    from fiction.engine.game import NewStory
    from fiction.engine.session import Session
    from fiction.plain import LinePrinter, Lines

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
        return play(context, lambda: context.game.start(story), plain=plain)
    return _begin_in_lines(context, story) if lines_only(plain=plain) else play_on_screen(context, begin=story)


def _begin_in_lines(context: Context, story: "NewStory") -> int:
    from fiction.engine.making import Making
    from fiction.plain import made

    async def opened(typed: "Lines", page: "LinePrinter") -> "tuple[Session, Lines]":
        making = Making()
        return await made(context.game.start(story, making=making), making, typed, page)

    return _play_lines(context, opened)


def ask_terminal_for_size(environment: MutableMapping[str, str]) -> None:
    """Take COLUMNS and LINES out of the environment where the terminal tells its size: exported, they outlive it."""
    try:
        size = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        return
    if size.columns and size.lines:
        environment.pop("COLUMNS", None)
        environment.pop("LINES", None)


def play_in_lines(context: Context, opener: Opener | None = None) -> int:
    """The plain game; without an opener it asks what to play. Returns the exit code."""
    from fiction.plain import library

    async def opened(typed: "Lines", page: "LinePrinter") -> "tuple[Session | None, Lines]":
        return await opener() if opener else await library(context.game, typed, page), typed

    return _play_lines(context, opened)


def _play_lines(
    context: Context,
    opened: "Callable[[Lines, LinePrinter], Coroutine[None, None, tuple[Session | None, Lines]]]",
) -> int:
    """Play in lines. `opened` asks what to play, if need be, and returns the story and the lines left for it."""
    from fiction.plain import LinePrinter, PlainGame, typed_lines

    ask_terminal_for_size(os.environ)

    async def playing(signals: EndSignals) -> int:
        page, loop = LinePrinter.of_stdout(), asyncio.get_running_loop()
        slept = getattr(loop, "leave_out", lambda _: None)
        with typed_lines(page, rescue=lambda rescue: setattr(signals, "rescue", rescue), slept=slept) as typed:
            session, lines = await opened(typed, page)
            if session is None:
                return 0
            try:
                return await PlainGame(context.game, session, lines=lines, page=page).play()
            finally:
                await session.close()

    return _to_the_end(context, playing, loop=_pausable_loop())


def play_on_screen(context: Context, opener: Opener | None = None, *, begin: "NewStory | None" = None) -> int:
    """The game on the whole screen. Returns the exit code."""
    from fiction.commands.reports import secrets_of
    from fiction.tui.looks import read_looks

    ask_terminal_for_size(os.environ)

    async def playing(signals: EndSignals) -> int:
        session = await opener() if opener else None
        from fiction.tui.app import FictionApp

        looks = read_looks(context.home.config)
        app = FictionApp(
            lambda: context.game,
            start=session,
            begin=begin,
            theme=looks.theme,
            animations=looks.animations,
            crash_log=context.home.logs / "crash.txt",
            unsent=context.home.saves / ".unsent",
            secrets=lambda: secrets_of(context),
        )
        signals.end = lambda: app.exit(return_code=signals.code)
        signals.rescue = app.let_go_of_terminal
        try:
            await app.run_async()
        finally:
            await app.close_story()
        return app.return_code or 0

    return _to_the_end(context, playing, interrupt=True, loop=_pausable_loop())


def _pausable_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes a loop for a game that can be stopped by Ctrl+Z; None takes the usual one."""
    if sys.platform == "win32":
        return None
    from fiction.tui.pauses import PausableLoop

    return PausableLoop


def _to_the_end(
    context: Context,
    playing: Callable[[EndSignals], Coroutine[None, None, int]],
    *,
    interrupt: bool = False,
    loop: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> int:
    """Play until the game or a signal ends it; whatever the game started beside it ends with it."""

    async def until_signal() -> int:
        task = asyncio.current_task()
        with EndSignals(task.cancel if task else lambda: None, interrupt=interrupt) as signals:
            try:
                return await playing(signals)
            except asyncio.CancelledError:
                if not signals.code:
                    raise
                return signals.code

    try:
        with asyncio.Runner(loop_factory=loop) as runner:
            return runner.run(until_signal())
    finally:
        context.close()
