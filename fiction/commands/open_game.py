"""`fiction`: the game; the library on the whole screen, or in lines where there is no terminal."""

import argparse

from fiction.commands import Context
from fiction.commands.faces import lines_only, play_in_lines, play_on_screen


def arguments(parser: argparse.ArgumentParser) -> None:
    """None of its own."""


def run(options: argparse.Namespace, context: Context) -> int:
    """Open the library."""
    if lines_only():
        return play_in_lines(context)
    return play_on_screen(context)
