"""Handwritten YAML files: read within bounds, changed without losing their comments."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from fiction.bounded_yaml import small_files
from fiction.bounded_yaml.limits import Limits
from fiction.bounded_yaml.scalars import reads_as_text
from fiction.errors import SettingsError

LIMITS = Limits(max_bytes=64 * 1024, max_depth=6, max_values=4_000, tabs=True, word_keys=True, decimal=True)

Place = tuple[str, ...]
"""Path of a value: its keys from the outside in."""


class _Dumper(yaml.SafeDumper):
    """Writes no anchors, and quotes every text that YAML 1.1 or 1.2 would not read as text."""

    def ignore_aliases(self, data: object) -> bool:
        """Always true: anchors are refused on reading."""
        return True


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = None if reads_as_text(text) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


@dataclass(frozen=True, slots=True)
class SettingsDocument:
    """The values of a file, with the lines of their keys."""

    file: Path
    text: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    lines: Mapping[Place, int] = field(default_factory=dict)
    """The line of each key, from 1."""

    def wrong(self, place: Place, message: str, *, hint: str = "") -> SettingsError:
        """The error for an invalid value, at the line of the nearest key in the file."""
        while place and place not in self.lines:
            place = place[:-1]
        return small_files.mistake(self.file, self.lines.get(place, 1), message, hint=hint)


def read(file: Path) -> SettingsDocument:
    """Read the file; a missing one is empty.

    Raises:
        SettingsError: it can't be read, is too large, or is no mapping of plain YAML; names the line.
    """
    return parse(small_files.content(file, limits=LIMITS), file)


def parse(raw: bytes, file: Path) -> SettingsDocument:
    """Read the bytes of a file; `file` is its name in messages. Raises SettingsError as `read` does."""
    document = small_files.read_small(raw, file, limits=LIMITS)
    text = raw.decode("utf-8-sig")
    if document is None:
        return SettingsDocument(file, text)
    if not isinstance(document.data, dict):
        raise small_files.mistake(file, 1, "the file should hold `name: value` lines", hint="Mend the file.")
    places = ((path, place) for path, place in document.places.items() if path)
    lines = {
        tuple(map(str, path)): place.key_line + 1
        for path, place in places
        if all(isinstance(part, str) for part in path)
    }
    return SettingsDocument(file, text, document.data, lines)


def change(document: SettingsDocument, place: Place, value: object) -> str:
    """The file's text with the value at `place` set, or removed for None; keeps comments if possible."""
    wanted = _with(document.values, place, value)
    if wanted == document.values:
        return document.text
    for text in _removals(document, place) if value is None else _edits(document, place, value):
        if _says(text, wanted):
            return text
    return dump(wanted)


def dump(values: Mapping[str, object]) -> str:
    """The values as YAML, in their own order."""
    if not values:
        return ""
    return yaml.dump(dict(values), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def _edits(document: SettingsDocument, place: Place, value: object) -> list[str]:
    """Candidate texts with the new value: in its old line, in lines under its section, or in a new section."""
    lines = document.text.splitlines(keepends=True)
    edits = []
    if (number := document.lines.get(place)) is not None:
        old = lines[number - 1]
        head = re.match(r"\s*[^:]+:", old)
        comment = re.search(r"(?<!\s)\s++#.*", old)
        if head:
            new = f"{head.group()} {_scalar(value)}{comment.group().rstrip() if comment else ''}\n"
            edits.append("".join([*lines[: number - 1], new, *lines[number:]]))
    for known in range(len(place) - 1, 0, -1):
        if (number := document.lines.get(place[:known])) is not None:
            new = _nested(place[known:], value, indent=_indent(document, place[:known]))
            edits.append("".join([*lines[:number], new, *lines[number:]]))
    start = document.text if document.text.endswith("\n") or not document.text else document.text + "\n"
    edits.append(start + _nested(place, value))
    return edits


def _removals(document: SettingsDocument, place: Place) -> list[str]:
    """Candidate texts without the value: without its line, then without the lines of its emptied sections."""
    lines = document.text.splitlines(keepends=True)
    gone: set[int] = set()
    texts = []
    for known in range(len(place), 0, -1):
        if (number := document.lines.get(place[:known])) is not None:
            gone.add(number)
            texts.append("".join(line for at, line in enumerate(lines, 1) if at not in gone))
    return texts


def _nested(place: Place, value: object, *, indent: int = 0) -> str:
    """A value as lines under its keys."""
    keys = [f"{' ' * (indent + 2 * depth)}{_scalar(key)}:" for depth, key in enumerate(place)]
    return "\n".join(keys) + f" {_scalar(value)}\n"


def _indent(document: SettingsDocument, section: Place) -> int:
    """The indentation of a section's keys."""
    inner = (number for place, number in document.lines.items() if place[:-1] == section)
    number = next(inner, 0)
    line = document.text.splitlines()[number - 1] if number else ""
    return len(line) - len(line.lstrip()) or 2 * len(section)


def _scalar(value: object) -> str:
    dumped = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, width=10_000, default_flow_style=True)
    return dumped.removesuffix("...\n").strip()


def _says(text: str, wanted: Mapping[str, object]) -> bool:
    try:
        return bool(parse(text.encode(), Path()).values == wanted)
    except SettingsError:
        return False


def _with(values: Mapping[str, object], place: Place, value: object) -> dict[str, object]:
    changed = dict(values)
    if len(place) > 1:
        inner = changed.get(place[0])
        below = _with(inner if isinstance(inner, dict) else {}, place[1:], value)
        value = below or None
    if value is None:
        changed.pop(place[0], None)
    else:
        changed[place[0]] = value
    return changed
