"""The game in plain lines: for screen readers, pipes and tests. No drawing characters, no redraws."""

from fiction.plain.game import PlainGame
from fiction.plain.lines import LinePrinter, Lines, TypedLines
from fiction.plain.making import made
from fiction.plain.title import library

__all__ = ["LinePrinter", "Lines", "PlainGame", "TypedLines", "library", "made"]
