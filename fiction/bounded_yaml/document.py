"""A file's plain data together with the place of every value in it, and the making of Problems from both."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from fiction.errors import Problem
from fiction.text.sanitise import clean_line

Path = tuple[str | int, ...]
"""Keys and list indices from the top of a document down to a value."""


class SourcePlace(NamedTuple):
    """Where a value stands. Lines and columns count from 0, offsets are in characters of the text."""

    line: int
    column: int
    start: int
    end: int
    key_line: int
    """Of the key the value belongs to; of the value itself in a list."""
    key_column: int


@dataclass(frozen=True, slots=True)
class Document:
    """What a YAML file says, and where it says it."""

    name: str
    """The file, as problems name it."""
    text: str = field(repr=False)
    data: object = field(repr=False)
    """dict, list, str, int, float, bool and None only."""
    places: Mapping[Path, SourcePlace] = field(repr=False)

    def problem(self, path: Path, message: str, *, hint: str = "", key: bool = False, word: str = "") -> Problem:
        """A mistake at a value, at its `key`, or at the first `word` inside it. Unknown paths fall back."""
        while path and path not in self.places:
            path = path[:-1]
        place = self.places.get(path, SourcePlace(0, 0, 0, 0, 0, 0))
        line, column = (place.key_line, place.key_column) if key else (place.line, place.column)
        if word and (found := self.text.find(word, place.start, place.end)) >= 0:
            line = place.line + self.text.count("\n", place.start, found)
            column = found - (self.text.rfind("\n", 0, found) + 1)
        return Problem(self.name, line + 1, column + 1, clean_line(message, limit=400), clean_line(hint, limit=400))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint naming the known word that looks most like this one, or an empty string."""
    likely = (other for other in known if abs(len(other) - len(word)) <= 4 and _ends(other) & _ends(word))
    close = difflib.get_close_matches(word[:80], list(islice(likely, 100)), 1)
    return f"did you mean {close[0]!r}?" if close else ""


def _ends(word: str) -> set[tuple[int, str]]:
    """What most typing errors leave as it was; comparing with every known word would take too long."""
    return {(0, word[:1]), (1, word[-1:])}


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems as they stand in the file, each once."""
    return tuple(sorted(set(problems), key=lambda problem: (problem.line, problem.column, problem.message)))
