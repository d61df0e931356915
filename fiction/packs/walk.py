"""Finds values in plain data by patterns, so that checks are tables; data of the wrong shape is skipped.

The checks run on plain data, not on the validated pack, so that a file with schema errors has its other mistakes
reported too.
"""

from collections.abc import Iterator
from enum import Enum

from fiction.bounded_yaml.document import Path


class PathStep(Enum):
    """Steps of a pattern besides keys."""

    EACH = "each"
    """Every entry of a list or value of a mapping."""
    TEXTS = "texts"
    """A text, or the texts of a list, each bare or under `text`."""


EACH, TEXTS = PathStep.EACH, PathStep.TEXTS
Pattern = tuple[str | int | PathStep, ...]


def find(data: object, pattern: Pattern, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every value that matches a pattern, with its path."""
    if not pattern:
        yield path, data
        return
    step, rest = pattern[0], pattern[1:]
    match step:
        case PathStep.EACH:
            for key, value in _entries(data):
                yield from find(value, rest, (*path, key))
        case PathStep.TEXTS:
            yield from _texts(data, path)
        case int() if isinstance(data, list) and step < len(data):
            yield from find(data[step], rest, (*path, step))
        case str() if isinstance(data, dict) and step in data:
            yield from find(data[step], rest, (*path, step))
        case _:
            pass


def find_text(data: object, pattern: Pattern, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text that matches a pattern, with its path."""
    for where, value in find(data, pattern, path):
        if isinstance(value, str):
            yield where, value


def _entries(data: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(data, list):
        yield from enumerate(data)
    elif isinstance(data, dict):
        yield from data.items()


def _texts(data: object, path: Path) -> Iterator[tuple[Path, object]]:
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, list):
        for index, entry in enumerate(data):
            if isinstance(entry, dict) and "text" in entry:
                yield (*path, index, "text"), entry["text"]
            elif isinstance(entry, str):
                yield (*path, index), entry
