"""Reads a price list: YAML within limits, every mistake with its line."""

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from fiction.bounded_yaml import small_files
from fiction.bounded_yaml.document import Document
from fiction.bounded_yaml.document import Path as Place
from fiction.bounded_yaml.limits import Limits
from fiction.errors import SettingsError
from fiction.story.money import MAX_DOLLARS, Price
from fiction.text.sanitise import clean_line

LIMITS = Limits(max_bytes=256 * 1024, max_depth=4, max_values=20_000, tabs=True, untyped=True)

_NOTHING = ("", "~", "null")
_FIELDS = ("model", "host", "in", "cached", "out", "as_of")
_AMOUNT = re.compile(r"\$?\s*(\d{1,9}(?:\.\d{0,12})?|\.\d{1,12})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a price list."""

    model: str
    """Pattern of model names, in lower case; `*` matches any characters."""
    host: str
    """Pattern of the server's host; `*` alone matches every host."""
    price: Price
    as_of: str = ""
    """The price's date, as written in the list."""


def read(file: Path) -> tuple[Listed, ...]:
    """The entries of a file, in file order; none if the file is missing.

    Raises:
        SettingsError: it can't be read or is no price list; names file and line.
    """
    return parse(small_files.content(file, limits=LIMITS), file)


def parse(raw: bytes, file: Path) -> tuple[Listed, ...]:
    """The entries in the bytes of a file; `file` is its name in messages. Raises SettingsError as `read` does."""
    document = small_files.read_small(raw, file, limits=LIMITS)
    return () if document is None else _PriceFile(document, file).entries()


@dataclass(frozen=True, slots=True)
class _PriceFile:
    document: Document
    file: Path

    def entries(self) -> tuple[Listed, ...]:
        top = self._mapping((), self.document.data, ("prices",), "the file should hold `prices:` and a list under it")
        listed = top.get("prices", "")
        if listed in _NOTHING:
            return ()
        if not isinstance(listed, list):
            hint = "Begin each entry with `- model: NAME`."
            raise self._mistake(("prices",), "`prices` should be a list", hint=hint)
        return tuple(self._entry(("prices", number), entry) for number, entry in enumerate(listed))

    def _entry(self, path: Place, entry: object) -> Listed:
        fields = self._mapping(path, entry, _FIELDS, "an entry should begin with `- model: NAME`")
        for name in ("model", "in", "out"):
            if name not in fields:
                message, hint = f"this entry has no `{name}`", "It needs `model`, `in` and `out`."
                raise self._mistake(path, message, hint=hint)
        prompt = self._amount((*path, "in"), fields["in"])
        cached = fields.get("cached", "")
        return Listed(
            model=self._word((*path, "model"), fields["model"]).lower(),
            host=self._word((*path, "host"), fields.get("host", "*")).lower(),
            price=Price(
                prompt=prompt,
                cached=prompt if cached in _NOTHING else self._amount((*path, "cached"), cached),
                completion=self._amount((*path, "out"), fields["out"]),
            ),
            as_of=self._word((*path, "as_of"), fields["as_of"]) if "as_of" in fields else "",
        )

    def _mapping(self, path: Place, value: object, names: tuple[str, ...], otherwise: str) -> dict[str, object]:
        if not isinstance(value, dict):
            raise self._mistake(path, otherwise)
        for name in value:
            if name not in names:
                message = f"there is no `{clean_line(name, limit=40)}` here"
                raise self._mistake((*path, name), message, hint=f"There is: {', '.join(names)}.", key=True)
        return value

    def _word(self, path: Place, value: object) -> str:
        text = clean_line(value) if isinstance(value, str) else ""
        if not text or len(text) > 200:
            raise self._mistake(path, "there should be a name of at most 200 characters here")
        return text

    def _amount(self, path: Place, value: object) -> int:
        """A written amount of dollars in millionths, rounded up; parsed from the text, so that 0.1 is exact."""
        written = _AMOUNT.match(value.strip()) if isinstance(value, str) else None
        if written is None or Decimal(written.group(1)) > MAX_DOLLARS:
            raise self._mistake(path, "there should be US dollars for a million tokens here", hint="Such as 0.25.")
        return math.ceil(Decimal(written.group(1)) * 1_000_000)

    def _mistake(self, path: Place, message: str, *, hint: str = "", key: bool = False) -> SettingsError:
        line = self.document.problem(path, message, key=key).line
        return small_files.mistake(self.file, line, message, hint=hint)
