"""The game in plain lines: for screen readers, pipes and tests. No drawing characters, no redraws."""

from fiction.plain.game import PlainGame
from fiction.plain.library import library
from fiction.plain.lines import Lines, Page, TypedLines

__all__ = ["Lines", "Page", "PlainGame", "TypedLines", "library"]
