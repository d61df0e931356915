"""`fiction`: opens the library, on the full screen, or in lines without a terminal."""

import argparse

from fiction.commands import Context
from fiction.commands.faces import lines_only, play_in_lines, play_on_screen


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(options: argparse.Namespace, context: Context) -> int:
    """Open the library."""
    if lines_only():
        return play_in_lines(context)
    return play_on_screen(context)
