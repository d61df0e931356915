"""The commands of `fiction`. Reads the command line and hands over; nothing heavy is imported before it is needed."""

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn, TextIO

from fiction import __version__
from fiction.commands import Command, Context, add_shared
from fiction.commands.console import complain, fall_silent
from fiction.errors import FictionError
from fiction.story.sanitise import clean_line

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
    with warnings.catch_warnings():
        if not (options.verbose or sys.warnoptions):
            warnings.simplefilter("ignore")  # they speak to programmers
        return _run(options, context)


def _run(options: argparse.Namespace, context: Context) -> int:
    """Run the command; whatever goes wrong is one sentence."""
    try:
        code = _command(options.command).run(options, context)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        fall_silent()
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the last door: whatever it is, the reader gets a sentence
        said = _sentence(error, context)
        if context.verbose:
            from fiction.commands.reports import trace

            complain(trace(error, context))
        complain(said)
        return 1


def _sentence(error: Exception, context: Context) -> str:
    match error:
        case FictionError():
            return clean_line(error.sentence, limit=2_000)
        case OSError():
            place = f"{error.filename}: " if error.filename else ""
            return clean_line(f"{place}{error.strerror or type(error).__name__}.", limit=2_000)
        case _:
            return _report(error, context)


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
    ending = f"the report is in {where}." if where else "run the command again with --verbose for a report."
    return f"Something in fiction itself went wrong ({type(error).__name__}); every turn is saved; {ending}"


def _forgive_encoding(stream: TextIO | None) -> None:
    """A terminal that lacks a character shows a question mark instead of ending the game."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
