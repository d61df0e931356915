"""The game in plain lines: for screen readers, pipes and tests. No drawing characters, no redraws."""

from fiction.plain.input import typed_lines
from fiction.plain.line_printer import LinePrinter
from fiction.plain.lines import Lines
from fiction.plain.plain_game import PlainGame
from fiction.plain.title import library
from fiction.plain.world_making import made

__all__ = ["LinePrinter", "Lines", "PlainGame", "library", "made", "typed_lines"]
