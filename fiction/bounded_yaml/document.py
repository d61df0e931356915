"""A file's plain data with the place of every value, and problems at those places."""

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
    """The position of a value. Lines and columns count from 0; offsets are in characters."""

    line: int
    column: int
    start: int
    end: int
    key_line: int
    """Line of the value's key; in a list, of the value itself."""
    key_column: int


@dataclass(frozen=True, slots=True)
class Document:
    """The data of a YAML file, with the place of every value."""

    name: str
    """The file's name in problems."""
    text: str = field(repr=False)
    data: object = field(repr=False)
    """dict, list, str, int, float, bool and None only."""
    places: Mapping[Path, SourcePlace] = field(repr=False)

    def problem(self, path: Path, message: str, *, hint: str = "", key: bool = False, word: str = "") -> Problem:
        """A problem at a value, its `key`, or the first `word` inside it; an unknown path means its nearest parent."""
        while path and path not in self.places:
            path = path[:-1]
        place = self.places.get(path, SourcePlace(0, 0, 0, 0, 0, 0))
        line, column = (place.key_line, place.key_column) if key else (place.line, place.column)
        if word and (found := self.text.find(word, place.start, place.end)) >= 0:
            line = place.line + self.text.count("\n", place.start, found)
            column = found - (self.text.rfind("\n", 0, found) + 1)
        return Problem(self.name, line + 1, column + 1, clean_line(message, limit=400), clean_line(hint, limit=400))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint with the most similar known word, or empty."""
    likely = (other for other in known if abs(len(other) - len(word)) <= 4 and _ends(other) & _ends(word))
    close = difflib.get_close_matches(word[:80], list(islice(likely, 100)), 1)
    return f"did you mean {close[0]!r}?" if close else ""


def _ends(word: str) -> set[tuple[int, str]]:
    """A word's ends, which most typing errors leave intact: comparing every known word would be slow."""
    return {(0, word[:1]), (1, word[-1:])}


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Distinct problems, in file order."""
    return tuple(sorted(set(problems), key=lambda problem: (problem.line, problem.column, problem.message)))
