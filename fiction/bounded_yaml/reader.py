"""YAML read within bounds: one pass over parser events, no recursion, no construction, every value with its place.

Refused: aliases, anchors, merge keys, duplicate keys, tags other than the core schema's, more than one document, and
whatever goes over the limits below. libyaml parses where PyYAML was built with it; only its event stream is used, since
composing nested nodes there recurses on the C stack.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import yaml

from fiction.bounded_yaml.decoding import decoded, error_at
from fiction.bounded_yaml.document import Document, Path, SourcePlace
from fiction.bounded_yaml.faults import MAX_DEPTH, TOO_DEEP, syntax_fault
from fiction.bounded_yaml.scalars import Scalar, resolved

MAX_NODES: Final = 100_000
MAX_SCALAR: Final = 40_000
MAX_KEY: Final = 200

FAST: Final[bool] = yaml.__with_libyaml__
"""Whether libyaml is there."""

StopAt = Callable[[str, int, str], bool]
"""Asked at each key of a top-level block mapping: the key, its offset, the text; true ends the reading there."""

_CORE: Final = "tag:yaml.org,2002:"
_SCALAR_TAGS: Final = {"str": str, "int": int, "float": float, "bool": bool, "null": type(None)}
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class _Mark(Protocol):
    """A place in the text, as both parsers give it: from 0, offsets in characters."""

    line: int
    column: int
    index: int


class _Refused(Exception):
    """Something that a pack may not hold; becomes a PackError at the mark."""

    def __init__(self, message: str, mark: _Mark, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.mark, self.hint = message, mark, hint


@dataclass(slots=True)
class _Open:
    """A list or mapping that has begun and not ended."""

    value: list[object] | dict[str, object]
    path: Path
    key: str | None = None
    key_mark: _Mark | None = None


def read_yaml(raw: str | bytes, *, name: str, stop_at: StopAt | None = None, fast: bool = FAST) -> Document:
    """The one document in a text of YAML. `fast` picks libyaml's parser.

    Both parsers give the same data and places, but for two liberties of libyaml: a `?` that ends plain text in
    brackets, and a comment right after `|` or `>`.

    Raises:
        PackError: it is no YAML, or more than a pack may be; the one problem has its place.
    """
    text = decoded(raw, name)
    builder = _Builder(text, stop_at)
    try:
        for event in _events(text, fast):
            if builder.take(event):
                break
    except _Refused as refused:
        message, mark, hint = refused.message, refused.mark, refused.hint
        raise error_at(name, text, message, mark.line, mark.column, hint) from None
    except yaml.YAMLError as error:
        raise error_at(name, text, *syntax_fault(error, text)) from None
    if not builder.documents:
        raise error_at(name, text, "the file is empty", 0, 0)
    return Document(name, text, builder.root, builder.places)


def _events(text: str, fast: bool) -> Iterator[yaml.Event]:
    """What `yaml.parse` yields, at half its cost."""
    loader = yaml.CSafeLoader(text) if fast else yaml.SafeLoader(text)
    try:
        while isinstance(event := loader.get_event(), yaml.Event) and not isinstance(event, yaml.StreamEndEvent):
            yield event
    finally:
        loader.dispose()


class _Builder:
    """Puts plain data together from events."""

    def __init__(self, text: str, stop_at: StopAt | None) -> None:
        self.root: object = None
        self.places: dict[Path, SourcePlace] = {}
        self.documents = 0
        self._text = text
        self._stop_at = stop_at
        self._nodes = 0
        self._open: list[_Open] = []

    def take(self, event: yaml.Event) -> bool:
        """Take one event in; true when nothing more needs to be read."""
        match event:
            case yaml.NodeEvent():
                return self._node(event)
            case yaml.CollectionEndEvent():
                self._open.pop()
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise _Refused("a second YAML document begins here; a pack is one", _start(event))
            case _:
                pass
        return False

    def _node(self, event: yaml.NodeEvent) -> bool:
        mark = _start(event)
        if isinstance(event, yaml.AliasEvent):
            raise _Refused("aliases (*name) are not allowed in packs", mark, _QUOTE)
        if event.anchor is not None:
            raise _Refused("anchors (&name) are not allowed in packs", mark, _QUOTE)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _Refused(f"more than {MAX_NODES:,} values", mark)
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            return self._take_key(top, event)
        if top is None and getattr(event, "flow_style", False):
            self._stop_at = None
        path = self._add(top, value := _value(event), event)
        if isinstance(value, list | dict):
            self._open.append(_Open(value, path))
            if len(self._open) > MAX_DEPTH:
                raise _Refused(TOO_DEEP, mark)
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
        self.places[path] = SourcePlace(mark.line, mark.column, mark.index, ends, key_mark.line, key_mark.column)
        return path

    def _take_key(self, top: _Open, event: yaml.NodeEvent) -> bool:
        assert isinstance(top.value, dict)
        mark = _start(event)
        if not isinstance(event, yaml.ScalarEvent):
            raise _Refused("a key must be plain text", mark, "a text that begins with { or [ needs quotes")
        key = event.value
        if key == "<<" and not event.style:
            raise _Refused("merge keys (<<) are not allowed in packs", mark)
        if len(key) > MAX_KEY:
            raise _Refused(f"a key of {len(key)} characters; the limit is {MAX_KEY}", mark)
        if _SURROGATE.search(key):
            raise _Refused(_HALF, mark)
        if key in top.value:
            first = self.places[(*top.path, key)].key_line + 1
            raise _Refused(f"the key {key!r} stands here twice (first in line {first})", mark)
        if self._stop_at is not None and len(self._open) == 1 and self._stop_at(key, mark.index, self._text):
            return True
        top.key, top.key_mark = key, mark
        return False


_QUOTE = "put the text in quotes if it begins with this character"
_HALF = "half a character (a lone surrogate)"


def _start(event: yaml.Event) -> _Mark:
    assert event.start_mark is not None
    return event.start_mark


def _value(event: yaml.NodeEvent) -> object:
    match event:
        case yaml.ScalarEvent():
            return _scalar(event)
        case yaml.SequenceStartEvent():
            _check_tag(event.tag, ("seq",), _start(event))
            return []
        case _:
            _check_tag(getattr(event, "tag", None), ("map",), _start(event))
            return {}


def _check_tag(tag: str | None, allowed: tuple[str, ...], mark: _Mark) -> str:
    """The core tag's short name, or an empty string where none is written."""
    if tag is None or tag == "!":
        return ""
    short = tag.removeprefix(_CORE)
    if short == tag or short not in allowed:
        raise _Refused("tags (!name) are not allowed in packs", mark, "put the text in quotes if it begins with !")
    return short


def _scalar(event: yaml.ScalarEvent) -> Scalar:
    text, mark = event.value, _start(event)
    if len(text) > MAX_SCALAR:
        raise _Refused(f"a text of {len(text):,} characters; the limit is {MAX_SCALAR:,}", mark)
    if _SURROGATE.search(text):
        raise _Refused(_HALF, mark)
    tag = _check_tag(event.tag, tuple(_SCALAR_TAGS), mark)
    if tag == "str" or (not tag and (event.style or event.tag)):
        return text
    try:
        value = resolved(text)
    except ValueError as error:
        raise _Refused(str(error), mark, "quote it if it is text") from None
    if tag and type(value) is not _SCALAR_TAGS[tag]:
        raise _Refused(f"this is no {tag}", mark)
    return value
