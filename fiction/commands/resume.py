"""`fiction resume`: continues a story."""

import argparse

from fiction.commands import Context
from fiction.commands.faces import play


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments for the story and the face."""
    parser.add_argument("save", metavar="SAVE", nargs="?", default="", help="name of the save; the newest by default")
    parser.add_argument("--plain", action="store_true", help="in plain lines, without a screen")


def run(options: argparse.Namespace, context: Context) -> int:
    """Open the save and play on."""
    return play(context, lambda: context.game.resume(options.save), plain=options.plain)
