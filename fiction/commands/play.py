"""`fiction play`: starts a new story, in a world or from a sentence."""

import argparse
import dataclasses
from random import randrange

from fiction.commands import Context
from fiction.commands.faces import begin
from fiction.engine.game import NewStory
from fiction.errors import FictionError
from fiction.story.reader import ENDLESS, StorySettings
from fiction.text.sanitise import clean, clean_line

LENGTHS = {"short": 20, "novella": 60, "endless": ENDLESS}
"""Number of turns to an ending, by name."""
MOST_TURNS = 100_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments for a new story."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("world", metavar="WORLD", nargs="?", default="", help="id of a world; see `fiction worlds`")
    where.add_argument("--about", metavar="TEXT", default="", help="a story about this, instead of a world")
    parser.add_argument("--genre", metavar="G", default="", help="of what kind it is; with --about")
    parser.add_argument("--plain", action="store_true", help="in plain lines, without a screen")
    parser.add_argument(
        "--storyteller",
        metavar="WHO",
        type=_storyteller,
        default=None,
        help="who tells it: offline, model, or model:NAME for a server that the settings name",
    )
    parser.add_argument(
        "--length",
        metavar="LENGTH",
        type=_length,
        default=LENGTHS["short"],
        help="short, novella, endless or a number of turns",
    )
    parser.add_argument(
        "--seed", metavar="N", type=_seed, default=None, help="the same seed and choices, the same story"
    )
    parser.add_argument("--save", metavar="NAME", default="", help="name of the save")
    parser.add_argument("--opening", metavar="ID", default="", help="which of the world's openings")
    parser.add_argument("--name", metavar="NAME", default="", help="your name in the story")


def run(options: argparse.Namespace, context: Context) -> int:
    """Start the story and play it."""
    if options.genre and not options.about:
        raise FictionError("--genre goes with --about.", hint="A world has a genre of its own.")
    game = context.game
    reader = game.reader()
    story = NewStory(
        world=options.world,
        premise=clean(options.about),
        genre=clean_line(options.genre),
        reader=dataclasses.replace(reader, name=clean_line(options.name, limit=80) or reader.name),
        settings=StorySettings(
            opening=options.opening,
            turns=options.length,
            seed=randrange(1, 2**31) if options.seed is None else options.seed,
            storyteller=options.storyteller or game.configuration.settings.new_storyteller,
            premise=clean(options.about),
        ),
        name=options.save,
    )
    return begin(context, story, plain=options.plain)


def _length(text: str) -> int:
    if text in LENGTHS:
        return LENGTHS[text]
    if text.isdecimal() and 3 <= int(text) <= MOST_TURNS:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is neither short, novella, endless nor a number from 3 to {MOST_TURNS}")


def _storyteller(text: str) -> str:
    who, colon, name = text.partition(":")
    if text in ("offline", "model") or (who == "model" and colon and name):
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is neither offline, model nor model:NAME")


def _seed(text: str) -> int:
    if text.isdecimal() and len(text) < 19:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0")
