"""The commands of `fiction`. Reads the command line and hands over; nothing heavy is imported before it is needed."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn, TextIO

from fiction import __version__
from fiction.commands import Command, Context, add_shared
from fiction.commands.console import complain, fall_silent
from fiction.errors import FictionError

COMMANDS = {
    "play": "start a new story",
    "resume": "go on with a story; the newest by default",
    "worlds": "the worlds that stories are set in",
    "saves": "the stories so far",
    "profile": "who you are in your stories",
    "config": "the settings",
    "doctor": "check that everything works here",
}
"""Each is a module of `fiction.commands`, imported when the command line names it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit code: 0, 1 with one sentence on stderr, 2 usage, 130 after Ctrl-C."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        _forgive_encoding(stream)
    try:
        options = _parser(words).parse_args(words)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    context = Context(home_named=options.home, environment=os.environ, verbose=options.verbose)
    try:
        code = _command(options.command).run(options, context)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        fall_silent()
        return 0
    except KeyboardInterrupt:
        return 130
    except FictionError as error:
        _trace(error, context)
        complain(error.sentence)
        return 1
    except OSError as error:
        _trace(error, context)
        place = f"{error.filename}: " if error.filename else ""
        complain(f"{place}{error.strerror or type(error).__name__}.")
        return 1
    except Exception as error:  # noqa: BLE001 - the last door: whatever it is, the reader gets a sentence
        complain(_report(error, context))
        return 1


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="fiction",
        description="Personalised stories in the terminal. Without a command, the game starts.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"fiction {__version__}")
    parser.add_argument("--home", metavar="DIR", default="", help="where worlds, stories and settings are")
    parser.add_argument("--verbose", action="store_true", help="with a failure, print where it came from")
    parser.set_defaults(command="game", as_json=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command_named")
    for name, purpose in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
        command.allow_abbrev = False
        command.set_defaults(command=name)
        add_shared(command)
        if name in words:
            _command(name).arguments(command)
    return parser


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the command line, cleaned of what a terminal would obey."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        complain(f"{self.prog}: {message}")
        self.exit(2)


def _command(name: str) -> Command:
    module: Command = import_module(f"fiction.commands.{name}")
    return module


def _report(error: Exception, context: Context) -> str:
    from fiction.commands.reports import write_report

    where = write_report(error, context)
    _trace(error, context)
    kind = type(error).__name__
    ending = f"the report is in {where}." if where else "run the command again with --verbose for a report."
    return f"Something in fiction itself went wrong ({kind}); your stories are as last saved; {ending}"


def _trace(error: BaseException, context: Context) -> None:
    """With --verbose, where the failure came from."""
    if context.verbose:
        from fiction.commands.reports import trace

        complain(trace(error, context))


def _forgive_encoding(stream: TextIO | None) -> None:
    """A terminal that lacks a character shows a question mark instead of ending the game."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
