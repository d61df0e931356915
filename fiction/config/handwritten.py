"""Small YAML files that people write by hand: read within bounds, changed without losing their comments."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from fiction.errors import SettingsError
from fiction.text.sanitise import clean_line, first_dirty

MAX_BYTES = 64 * 1024
MAX_DEPTH = 6
MAX_EVENTS = 4_000

Place = tuple[str, ...]
"""Where a value stands: its keys from the outside in."""


@dataclass(frozen=True, slots=True)
class SettingsDocument:
    """What a file says, and where it says it."""

    file: Path
    text: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    lines: Mapping[Place, int] = field(default_factory=dict)
    """The line, from 1, of each key."""

    def wrong(self, place: Place, message: str, *, hint: str = "") -> SettingsError:
        """The error for a value that makes no sense; names the line of the nearest key that the file has."""
        while place and place not in self.lines:
            place = place[:-1]
        return _wrong(self.file, self.lines.get(place, 1), message, hint=hint)


def read(file: Path) -> SettingsDocument:
    """Read the file; one that is not there is empty.

    Raises:
        SettingsError: it can't be read, is too large, or is no mapping of plain YAML; names the line.
    """
    try:
        raw = file.read_bytes() if file.exists() else b""
    except OSError as error:
        raise SettingsError(f"{file} can't be read: {error.strerror}.") from None
    return parse(raw, file)


def parse(raw: bytes, file: Path) -> SettingsDocument:
    """Read the bytes of a file; `file` is for messages. Raises SettingsError as `read` does."""
    if len(raw) > MAX_BYTES:
        raise _wrong(file, 1, f"{len(raw):,} bytes are too many for this file; the limit is {MAX_BYTES:,}")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _wrong(file, line, "this is not UTF-8", hint="Save the file as UTF-8.") from None
    if (dirty := first_dirty(text)) is not None:
        line = text.count("\n", 0, text.index(dirty)) + 1
        raise _wrong(file, line, f"there is a control character (U+{ord(dirty[0]):04X})", hint="Remove it.")
    try:
        _bound(text, file)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _wrong(file, line, clean_line(error.problem or "this is no YAML"), hint="Mend that line.") from None
    except (yaml.YAMLError, ValueError) as error:
        raise _wrong(file, 1, clean_line(str(error)), hint="Mend the file.") from None
    if node is None or values is None:
        return SettingsDocument(file, text)
    if not isinstance(node, yaml.MappingNode):
        raise _wrong(file, 1, "the file should hold `name: value` lines", hint="Mend the file.")
    return SettingsDocument(file, text, values, _lines(node, file))


def change(document: SettingsDocument, place: Place, value: object) -> str:
    """The file's text with the value at `place` set (None takes it out); comments stay wherever that is possible."""
    wanted = _with(document.values, place, value)
    if wanted == document.values:
        return document.text
    for text in _removals(document, place) if value is None else _edits(document, place, value):
        if _says(text, wanted):
            return text
    return dump(wanted)


def dump(values: Mapping[str, object]) -> str:
    """The values as YAML, in their own order."""
    return yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, width=100) if values else ""


def _edits(document: SettingsDocument, place: Place, value: object) -> list[str]:
    """Texts that may say the new thing: the value replaced in its line, lines under its section, a new section."""
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
    """Texts that may say it no more: without its line, and without the lines of sections that hold nothing else."""
    lines = document.text.splitlines(keepends=True)
    gone: set[int] = set()
    texts = []
    for known in range(len(place), 0, -1):
        if (number := document.lines.get(place[:known])) is not None:
            gone.add(number)
            texts.append("".join(line for at, line in enumerate(lines, 1) if at not in gone))
    return texts


def _nested(place: Place, value: object, *, indent: int = 0) -> str:
    """Lines for a value under its keys."""
    keys = [f"{' ' * (indent + 2 * depth)}{_scalar(key)}:" for depth, key in enumerate(place)]
    return "\n".join(keys) + f" {_scalar(value)}\n"


def _indent(document: SettingsDocument, section: Place) -> int:
    """How far the keys of a section stand from the margin."""
    inner = (number for place, number in document.lines.items() if place[:-1] == section)
    number = next(inner, 0)
    line = document.text.splitlines()[number - 1] if number else ""
    return len(line) - len(line.lstrip()) or 2 * len(section)


def _scalar(value: object) -> str:
    dumped = yaml.safe_dump(value, allow_unicode=True, width=10_000, default_flow_style=True)
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


def _bound(text: str, file: Path) -> None:
    """Refuse aliases, anchors, tags, depth and number before anything is built of them."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _wrong(file, line, "anchors and aliases have no place here", hint="Write the value out.")
        if getattr(event, "tag", None):
            raise _wrong(file, line, "tags have no place here", hint="Write the plain value.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or count > MAX_EVENTS:
            raise _wrong(file, line, "this is nested too deeply, or there is too much of it", hint="Mend the file.")


def _lines(node: yaml.MappingNode, file: Path, above: Place = ()) -> dict[Place, int]:
    found: dict[Place, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.tag != "tag:yaml.org,2002:str":
            raise _wrong(file, line, "names should be plain words", hint="Put the name in quotes, or mend it.")
        place = (*above, key.value)
        if place in found:
            raise _wrong(file, line, f"`{'.'.join(place)}` is there twice", hint="Remove one of them.")
        found[place] = line
        if isinstance(value, yaml.MappingNode):
            found |= _lines(value, file, place)
    return found


def _wrong(file: Path, line: int, message: str, *, hint: str = "") -> SettingsError:
    return SettingsError(f"{file}:{line}: {message.rstrip('.')}.", hint=hint)
