"""The commands, a module each, with `arguments(parser)` and `run(options, context)`; heavy imports are inside."""

import argparse
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from fiction.paths import Home
    from fiction.wiring.game import LocalGame


class Command(Protocol):
    """The interface of a command's module."""

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own arguments."""
        ...

    def run(self, options: argparse.Namespace, context: "Context") -> int:
        """Run the command. Returns the exit code; raises FictionError with a sentence for the reader."""
        ...


class Context:
    """Everything that commands share; made on first use, so that `--help` costs nothing."""

    def __init__(self, *, home_named: str, environment: Mapping[str, str], verbose: bool = False) -> None:
        """`home_named` is the value of `--home`, or empty."""
        self._home_named = home_named
        self.environment = environment
        self.verbose = verbose

    @cached_property
    def home(self) -> "Home":
        """The home in force. Raises FictionError if the named home is a file."""
        from pathlib import Path

        from fiction.paths import find_home

        return find_home(self._home_named, environment=self.environment, current=Path.cwd())

    @cached_property
    def game(self) -> "LocalGame":
        """The game, with all its parts."""
        from fiction.wiring.game import LocalGame

        return LocalGame(self.home, environment=self.environment)

    def close(self) -> None:
        """Close the game if it was made. Idempotent."""
        if "game" in self.__dict__:
            self.game.close()


def add_shared(parser: argparse.ArgumentParser, *, json: bool = False) -> argparse.ArgumentParser:
    """Allow `--home` and `--verbose` after a command too, and `--json` for a command that lists or shows."""
    parser.allow_abbrev = False
    parser.add_argument("--home", metavar="DIR", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.add_argument("--verbose", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    if json:
        add_json(parser)
    return parser


def add_json(parser: argparse.ArgumentParser) -> None:
    """Let the command print JSON."""
    parser.add_argument(
        "--json", dest="as_json", action="store_true", default=argparse.SUPPRESS, help="as JSON, for programs"
    )
