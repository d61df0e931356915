"""A list of prices as somebody wrote it: YAML within bounds, every mistake with its line."""

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import yaml

from fiction.errors import SettingsError
from fiction.story.money import MAX_DOLLARS, Price
from fiction.text.sanitise import clean_line, first_dirty

MAX_BYTES = 256 * 1024
MAX_EVENTS = 20_000
MAX_DEPTH = 4

_FIELDS = ("model", "host", "in", "cached", "out", "as_of")
_AMOUNT = re.compile(r"\$?\s*(\d{1,9}(?:\.\d{0,12})?|\.\d{1,12})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a list of prices."""

    model: str
    """Pattern of model names, in lower case; `*` stands for any characters."""
    host: str
    """Pattern of the server's host; `*` alone is any."""
    price: Price
    as_of: str = ""
    """When that was the price, as the list says it."""


def read(file: Path) -> tuple[Listed, ...]:
    """The entries of a file, in its order; none where there is no such file.

    Raises:
        SettingsError: it can't be read or is no list of prices; names file and line.
    """
    try:
        with file.open("rb") as open_file:
            raw = open_file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "this is no name of a file"
        raise SettingsError(f"{file} can't be read: {reason}.") from None
    return parse(raw, file)


def parse(raw: bytes, file: Path) -> tuple[Listed, ...]:
    """The entries that the bytes of a file hold; `file` is for messages. Raises SettingsError as `read` does."""
    root = _composed(_text(raw, file), file)
    if root is None:
        return ()
    fields = _mapping(root, file, ("prices",), "the file should hold `prices:` and a list under it")
    listed = fields.get("prices")
    if listed is None or _is_empty(listed):
        return ()
    if not isinstance(listed, yaml.SequenceNode):
        raise _wrong(file, _line(listed), "`prices` should be a list", hint="Begin each entry with `- model: NAME`.")
    return tuple(_entry(node, file) for node in listed.value)


def _text(raw: bytes, file: Path) -> str:
    if len(raw) > MAX_BYTES:
        raise _wrong(file, 1, f"a list of prices has at most {MAX_BYTES:,} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _wrong(file, line, "this is not UTF-8", hint="Save the file as UTF-8.") from None
    if (dirty := first_dirty(text)) is not None:
        line = text.count("\n", 0, text.index(dirty)) + 1
        raise _wrong(file, line, f"there is a control character (U+{ord(dirty[0]):04X})", hint="Remove it.")
    return text


def _composed(text: str, file: Path) -> yaml.Node | None:
    """The one document, composed only once it is known to be small and flat."""
    try:
        _bound(text, file)
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _wrong(file, line, clean_line(error.problem or "this is no YAML"), hint="Mend that line.") from None
    except yaml.YAMLError as error:
        raise _wrong(file, 1, clean_line(str(error)), hint="Mend the file.") from None


def _bound(text: str, file: Path) -> None:
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _wrong(file, line, "anchors and aliases have no place here", hint="Put the text in quotes.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH or count > MAX_EVENTS:
            raise _wrong(file, line, "this is nested too deeply, or there is too much of it", hint="Mend the file.")


def _entry(node: yaml.Node, file: Path) -> Listed:
    fields = _mapping(node, file, _FIELDS, "an entry should begin with `- model: NAME`")
    for name in ("model", "in", "out"):
        if name not in fields:
            raise _wrong(file, _line(node), f"this entry has no `{name}`", hint="It needs `model`, `in` and `out`.")
    prompt = _amount(fields["in"], file)
    cached = fields.get("cached")
    price = Price(
        prompt=prompt,
        cached=prompt if cached is None or _is_empty(cached) else _amount(cached, file),
        completion=_amount(fields["out"], file),
    )
    return Listed(
        model=_word(fields["model"], file).lower(),
        host=_word(fields["host"], file).lower() if "host" in fields else "*",
        price=price,
        as_of=_word(fields["as_of"], file) if "as_of" in fields else "",
    )


def _mapping(node: yaml.Node, file: Path, names: tuple[str, ...], otherwise: str) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise _wrong(file, _line(node), otherwise)
    fields: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if name not in names:
            shown = clean_line(name, limit=40)
            raise _wrong(file, _line(key), f"there is no `{shown}` here", hint=f"There is: {', '.join(names)}.")
        if name in fields:
            raise _wrong(file, _line(key), f"`{name}` is there twice", hint="Remove one of them.")
        fields[name] = value
    return fields


def _word(node: yaml.Node, file: Path) -> str:
    text = clean_line(node.value) if isinstance(node, yaml.ScalarNode) else ""
    if not text or len(text) > 200:
        raise _wrong(file, _line(node), "there should be a name of at most 200 characters here")
    return text


def _amount(node: yaml.Node, file: Path) -> int:
    """Millionths of a dollar of what is written as dollars, rounded up; read as text, so that 0.1 is 0.1."""
    written = _AMOUNT.match(node.value.strip()) if isinstance(node, yaml.ScalarNode) else None
    if written is None or Decimal(written.group(1)) > MAX_DOLLARS:
        raise _wrong(file, _line(node), "there should be US dollars for a million tokens here", hint="Such as 0.25.")
    return math.ceil(Decimal(written.group(1)) * 1_000_000)


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.value.strip() in ("", "~", "null")


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1 if node.start_mark else 1


def _wrong(file: Path, line: int, message: str, *, hint: str = "") -> SettingsError:
    return SettingsError(f"{file}:{line}: {message.rstrip('.')}.", hint=hint)
