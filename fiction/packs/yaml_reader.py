"""YAML read within bounds: one pass over parser events, no recursion, no construction, every value with its place.

Refused: aliases, anchors, merge keys, duplicate keys, tags other than the core schema's, more than one document, and
whatever goes over the limits below. Scalars follow the core schema of YAML 1.2.2 (section 10.3.2): `no` and `12:30` are
text. libyaml parses where PyYAML was built with it; only its event stream is used, since composing nested nodes there
recurses on the C stack.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import yaml

from fiction.packs.document import Document, Path, Place, pack_error
from fiction.packs.yaml_faults import syntax_fault

MAX_BYTES: Final = 4_000_000
MAX_DEPTH: Final = 16
MAX_NODES: Final = 100_000
MAX_SCALAR: Final = 40_000
MAX_KEY: Final = 200
MAX_DIGITS: Final = 15

FAST: Final[bool] = yaml.__with_libyaml__
"""Whether libyaml is there."""

Scalar = str | int | float | bool | None
StopAt = Callable[[str, int, str], bool]
"""Asked at each key of a top-level block mapping: the key, its offset, the text; true ends the reading there."""

_CORE: Final = "tag:yaml.org,2002:"
_SCALAR_TAGS: Final = {"str": str, "int": int, "float": float, "bool": bool, "null": type(None)}
_WORDS: Final[Mapping[str, Scalar]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMERIC = re.compile(r"[-+.]?[0-9.]|[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")
_INT = re.compile(r"[-+]?[0-9]+\Z")
_BASED = re.compile(r"0o([0-7]+)\Z|0x([0-9a-fA-F]+)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_ODD = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
"""What no file needs and the two parsers take differently: tabs, controls, line breaks that no editor shows."""
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
    """The one document in a text of YAML. `fast` picks libyaml's parser; both give the same answers.

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
        raise _error(name, text, message, mark.line, mark.column, hint) from None
    except yaml.YAMLError as error:
        raise _error(name, text, *syntax_fault(error, text)) from None
    if not builder.documents:
        raise _error(name, text, "the file is empty", 0, 0)
    return Document(name, text, builder.root, builder.places)


def _events(text: str, fast: bool) -> Iterator[yaml.Event]:
    """What `yaml.parse` yields, at half its cost."""
    loader = yaml.CSafeLoader(text) if fast else yaml.SafeLoader(text)
    try:
        while isinstance(event := loader.get_event(), yaml.Event) and not isinstance(event, yaml.StreamEndEvent):
            yield event
    finally:
        loader.dispose()


def _error(name: str, text: str, message: str, line: int, column: int, hint: str = "") -> Exception:
    document = Document(name, text, None, {(): Place(line, column, 0, 0, line, column)})
    return pack_error(name, [document.problem((), message, hint=hint)])


def decoded(raw: str | bytes, name: str) -> str:
    """The text of a file with plain line breaks, one at its end (where without one the parsers differ).

    Raises:
        PackError: it is too long, no UTF-8, or holds characters that no text needs.
    """
    if len(raw) > MAX_BYTES:
        raise _error(name, "", f"the file is {len(raw):,} bytes long; the limit is {MAX_BYTES:,}", 0, 0)
    if isinstance(raw, bytes):
        if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise _error(name, "", "the file is UTF-16", 0, 0, "save it as UTF-8")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            head = raw[: error.start]
            line, column = head.count(b"\n"), error.start - (head.rfind(b"\n") + 1)
            message = f"the byte 0x{raw[error.start]:02x} is no UTF-8"
            raise _error(name, "", message, line, column, "save the file as UTF-8") from None
    else:
        text = raw
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if (odd := _ODD.search(text)) is not None:
        line, column = text.count("\n", 0, odd.start()), odd.start() - (text.rfind("\n", 0, odd.start()) + 1)
        tab = odd.group() == "\t"
        message = "a tab" if tab else f"the control or invisible character U+{ord(odd.group()):04X}"
        raise _error(name, text, message, line, column, "use spaces" if tab else "take it out")
    return text if text.endswith("\n") else text + "\n"


class _Builder:
    """Puts plain data together from events."""

    def __init__(self, text: str, stop_at: StopAt | None) -> None:
        self.root: object = None
        self.places: dict[Path, Place] = {}
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
                raise _Refused(f"nested deeper than {MAX_DEPTH} levels", mark)
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
        self.places[path] = Place(mark.line, mark.column, mark.index, ends, key_mark.line, key_mark.column)
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
    value = _resolved(text, mark)
    if tag and type(value) is not _SCALAR_TAGS[tag]:
        raise _Refused(f"this is no {tag}", mark)
    return value


def _resolved(text: str, mark: _Mark) -> Scalar:
    """A plain scalar by the core schema."""
    if text in _WORDS:
        return _WORDS[text]
    if not _NUMERIC.match(text):
        return text
    if _INT.match(text) or _BASED.match(text):
        if len(text) > MAX_DIGITS:
            raise _Refused(f"a number of {len(text)} digits; the limit is {MAX_DIGITS}", mark, "quote it if it is text")
        return int(text, 10 if _INT.match(text) else 0)
    if _FLOAT.match(text) and len(text) <= 2 * MAX_DIGITS:
        return float(text)
    if text.lstrip("+-").lower() in (".inf", ".nan"):
        raise _Refused("a number that is none", mark, "quote it if it is text")
    return text
