"""Starts one of the game's two faces, full screen or plain lines, with the library or a story."""

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
"""Starts or resumes a story."""


def lines_only(*, plain: bool = False) -> bool:
    """Whether to play in lines: on request, or if any stream is no terminal (the screen is drawn on stderr)."""
    return plain or not all(stream and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def play(context: Context, opener: Opener, *, plain: bool) -> int:
    """Play a story on the suitable face."""
    return play_in_lines(context, opener) if lines_only(plain=plain) else play_on_screen(context, opener)


def begin(context: Context, story: "NewStory", *, plain: bool) -> int:
    """Begin a story on the suitable face; both show the progress of a world made from a sentence."""
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
    """Remove COLUMNS and LINES from the environment if the terminal reports its size: exported values go stale."""
    try:
        size = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        return
    if size.columns and size.lines:
        environment.pop("COLUMNS", None)
        environment.pop("LINES", None)


def play_in_lines(context: Context, opener: Opener | None = None) -> int:
    """Play in lines; without an opener the game asks for the story. Returns the exit code."""
    from fiction.plain import library

    async def opened(typed: "Lines", page: "LinePrinter") -> "tuple[Session | None, Lines]":
        return await opener() if opener else await library(context.game, typed, page), typed

    return _play_lines(context, opened)


def _play_lines(
    context: Context,
    opened: "Callable[[Lines, LinePrinter], Coroutine[None, None, tuple[Session | None, Lines]]]",
) -> int:
    """Play in lines. `opened` returns the story, if any, and the remaining input."""
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
    """Play on the full screen. Returns the exit code."""
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
        return signals.code or app.return_code or 0  # an app that was not running yet forgets the code

    return _to_the_end(context, playing, interrupt=True, loop=_pausable_loop())


def _pausable_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The factory of an event loop that allows Ctrl+Z; None for the usual loop."""
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
    """Play until the game or a signal ends it, then close everything that the game started."""

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
