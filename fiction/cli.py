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


def run() -> NoReturn:
    """The program: one command, and the end of the process."""
    code = main()
    from fiction.commands.leaving import leave

    leave(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit code: 0, 1 with one sentence on stderr, 2 usage, 130 after Ctrl-C."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - it was closed: nobody listens
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
        try:
            return _run(options, context)
        finally:
            context.close()


def _run(options: argparse.Namespace, context: Context) -> int:
    """Run the command; whatever goes wrong is one sentence."""
    try:
        code = _command(options.command).run(options, context)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        from fiction.commands.console import fall_silent

        fall_silent()
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the last door: whatever it is, the reader gets a sentence
        from fiction.commands.console import complain
        from fiction.commands.reports import sentence, trace

        said = sentence(error, context)
        if context.verbose:
            complain(trace(error, context))
        complain(said)
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
    parser.set_defaults(command="open_game", as_json=False)
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

    def _get_formatter(self) -> argparse.HelpFormatter:
        return argparse.HelpFormatter(self.prog, width=_columns())

    def error(self, message: str) -> NoReturn:
        from fiction.commands.console import complain

        self.print_usage(sys.stderr)
        complain(f"{self.prog}: {message}")
        self.exit(2)


def _command(name: str) -> Command:
    module: Command = import_module(f"fiction.commands.{name}")
    return module


def _columns() -> int:
    """Width of the help. argparse would load shutil to find it, which takes longer than all the rest."""
    try:
        return max(40, min(100, os.get_terminal_size().columns - 2))
    except (OSError, ValueError):
        return 78


def _forgive_encoding(stream: TextIO | None) -> None:
    """A terminal that lacks a character shows a question mark instead of ending the game."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
