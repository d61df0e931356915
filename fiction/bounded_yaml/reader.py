"""Reads YAML within bounds: one pass over parser events, without recursion, and every value with its place.

Refused: aliases, anchors, merge keys, duplicate keys, tags other than the core schema's, more than one document, and
anything over the limits. libyaml parses if PyYAML was built with it; only its events are used, since its composer
recurses on the C stack.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import yaml

from fiction.bounded_yaml.decoding import decoded
from fiction.bounded_yaml.document import Document, Path, SourcePlace
from fiction.bounded_yaml.faults import Fault, Refused, syntax_fault, too_deep
from fiction.bounded_yaml.limits import PACK, Limits
from fiction.bounded_yaml.scalars import Scalar, reads_as_text, resolved

FAST: Final[bool] = yaml.__with_libyaml__
"""Whether libyaml is available."""

StopAt = Callable[[str, int, str], bool]
"""Called at each key of a top-level block mapping with the key, its offset and the text; true ends the reading."""

_CORE: Final = "tag:yaml.org,2002:"
_SCALAR_TAGS: Final = {"str": str, "int": int, "float": float, "bool": bool, "null": type(None)}
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class _Mark(Protocol):
    """A parser's position in the text: from 0, offsets in characters."""

    line: int
    column: int
    index: int


@dataclass(slots=True)
class _Open:
    """An unfinished list or mapping."""

    value: list[object] | dict[str, object]
    path: Path
    key: str | None = None
    key_mark: _Mark | None = None


def read_yaml(
    raw: str | bytes, *, name: str, limits: Limits = PACK, stop_at: StopAt | None = None, fast: bool = FAST
) -> Document:
    """The only document in a YAML text. `fast` selects libyaml's parser, unless the limits allow tabs.

    Both parsers give the same data and places, except that libyaml also accepts a `?` at the end of plain text in
    brackets, and a comment right after `|` or `>`.

    Raises:
        Refused: it is no YAML, or exceeds the limits; with the place.
    """
    text = decoded(raw, limits)
    builder = _Builder(text, limits, stop_at)
    try:
        for event in _events(text, fast and not limits.tabs):
            if builder.take(event):
                break
    except yaml.YAMLError as error:
        raise syntax_fault(error, text, levels=limits.max_depth) from None
    if not builder.documents:
        raise Refused(Fault.EMPTY, "the file is empty")
    return Document(name, text, builder.root, builder.places)


def _events(text: str, fast: bool) -> Iterator[yaml.Event]:
    """The events of `yaml.parse`, at half the cost."""
    loader = yaml.CSafeLoader(text) if fast else yaml.SafeLoader(text)
    try:
        while isinstance(event := loader.get_event(), yaml.Event) and not isinstance(event, yaml.StreamEndEvent):
            yield event
    finally:
        loader.dispose()


class _Builder:
    """Builds plain data from events."""

    def __init__(self, text: str, limits: Limits, stop_at: StopAt | None) -> None:
        self.root: object = None
        self.places: dict[Path, SourcePlace] = {}
        self.documents = 0
        self._text = text
        self._limits = limits
        self._stop_at = stop_at
        self._nodes = 0
        self._open: list[_Open] = []

    def take(self, event: yaml.Event) -> bool:
        """Process one event; true to stop reading."""
        match event:
            case yaml.NodeEvent():
                return self._node(event)
            case yaml.CollectionEndEvent():
                self._open.pop()
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise _refused(Fault.SECOND, "a second YAML document begins here", _start(event))
            case _:
                pass
        return False

    def _node(self, event: yaml.NodeEvent) -> bool:
        mark = _start(event)
        if isinstance(event, yaml.AliasEvent):
            raise _refused(Fault.REFERENCE, "aliases (*name) are not allowed here", mark, _QUOTE)
        if event.anchor is not None:
            raise _refused(Fault.REFERENCE, "anchors (&name) are not allowed here", mark, _QUOTE)
        self._nodes += 1
        if self._nodes > self._limits.max_values:
            raise _refused(Fault.EXTENT, f"more than {self._limits.max_values:,} values", mark)
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            return self._take_key(top, event)
        if top is None and getattr(event, "flow_style", False):
            self._stop_at = None
        path = self._add(top, value := _value(event, self._limits), event)
        if isinstance(value, list | dict):
            self._open.append(_Open(value, path))
            if len(self._open) > self._limits.max_depth:
                raise _refused(Fault.EXTENT, too_deep(self._limits.max_depth), mark)
        return False

    def _add(self, top: _Open | None, value: object, event: yaml.NodeEvent) -> Path:
        mark = key_mark = _start(event)
        path: Path = ()
        if top is None:
            self.root = value
        elif isinstance(top.value, list):
            path = (*top.path, len(top.value))
            top.value.append(value)
        else:
            assert top.key is not None
            assert top.key_mark is not None
            path, key_mark = (*top.path, top.key), top.key_mark
            top.value[top.key] = value
            top.key = None
        ends = event.end_mark.index if event.end_mark is not None else mark.index
        spaces = self._spaces_before(mark.index) if ends == mark.index else 0
        column, at = mark.column - spaces, mark.index - spaces
        self.places[path] = SourcePlace(mark.line, column, at, ends - spaces, key_mark.line, key_mark.column)
        return path

    def _spaces_before(self, at: int) -> int:
        """Spaces before a value that is left out: of the two parsers one puts it before them, the other after them."""
        spaces = 0
        while spaces < at and self._text[at - spaces - 1] == " ":
            spaces += 1
        return spaces

    def _take_key(self, top: _Open, event: yaml.NodeEvent) -> bool:
        assert isinstance(top.value, dict)
        mark = _start(event)
        if not isinstance(event, yaml.ScalarEvent):
            raise _refused(Fault.KEY, "a key must be plain text", mark, "a text that begins with { or [ needs quotes")
        key = event.value
        if key == "<<" and not event.style:
            raise _refused(Fault.REFERENCE, "merge keys (<<) are not allowed here", mark)
        if self._limits.word_keys and not event.style and not reads_as_text(key, decimal=self._limits.decimal):
            raise _refused(Fault.KEY, f"the key {key[:20]!r} is no word", mark, "put it in quotes")
        if len(key) > self._limits.max_key:
            message = f"a key of {len(key)} characters; the limit is {self._limits.max_key}"
            raise _refused(Fault.KEY, message, mark)
        if _SURROGATE.search(key):
            raise _refused(Fault.VALUE, _HALF, mark)
        if key in top.value:
            raise self._twice((*top.path, key), mark)
        if self._stop_at is not None and len(self._open) == 1 and self._stop_at(key, mark.index, self._text):
            return True
        top.key, top.key_mark = key, mark
        return False

    def _twice(self, path: Path, mark: _Mark) -> Refused:
        message = f"the key {path[-1]!r} stands here twice (first in line {self.places[path].key_line + 1})"
        about = ".".join(part for part in path if isinstance(part, str))
        return Refused(Fault.TWICE, message, mark.line, mark.column, about=about)


def _refused(fault: Fault, message: str, mark: _Mark, hint: str = "") -> Refused:
    return Refused(fault, message, mark.line, mark.column, hint=hint)


_QUOTE = "put the text in quotes if it begins with this character"
_HALF = "half a character (a lone surrogate)"


def _start(event: yaml.Event) -> _Mark:
    assert event.start_mark is not None
    return event.start_mark


def _value(event: yaml.NodeEvent, limits: Limits) -> object:
    match event:
        case yaml.ScalarEvent():
            return _scalar(event, limits)
        case yaml.SequenceStartEvent():
            _check_tag(event.tag, ("seq",), _start(event))
            return []
        case _:
            _check_tag(getattr(event, "tag", None), ("map",), _start(event))
            return {}


def _check_tag(tag: str | None, allowed: tuple[str, ...], mark: _Mark) -> str:
    """The short name of a core tag, or empty without a tag."""
    if tag is None or tag == "!":
        return ""
    short = tag.removeprefix(_CORE)
    if short == tag or short not in allowed:
        raise _refused(
            Fault.TAG, "tags (!name) are not allowed here", mark, "put the text in quotes if it begins with !"
        )
    return short


def _scalar(event: yaml.ScalarEvent, limits: Limits) -> Scalar:
    text, mark = event.value, _start(event)
    if len(text) > limits.max_scalar:
        raise _refused(Fault.VALUE, f"a text of {len(text):,} characters; the limit is {limits.max_scalar:,}", mark)
    if _SURROGATE.search(text):
        raise _refused(Fault.VALUE, _HALF, mark)
    tag = _check_tag(event.tag, tuple(_SCALAR_TAGS), mark)
    if limits.untyped or tag == "str" or (not tag and (event.style or event.tag)):
        return text
    try:
        value = resolved(text, decimal=limits.decimal)
    except ValueError as error:
        raise _refused(Fault.VALUE, str(error), mark, "quote it if it is text") from None
    if tag and type(value) is not _SCALAR_TAGS[tag]:
        raise _refused(Fault.TAG, f"this is no {tag}", mark)
    return value
