"""The game in plain lines: for screen readers, pipes and tests. No drawing characters, no redraws."""

from fiction.plain.lines import LinePrinter, Lines, TypedLines
from fiction.plain.plain_game import PlainGame
from fiction.plain.title import library
from fiction.plain.world_making import made

__all__ = ["LinePrinter", "Lines", "PlainGame", "TypedLines", "library", "made"]
