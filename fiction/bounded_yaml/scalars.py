"""Plain scalars by the core schema of YAML 1.2.2 (section 10.3.2): `no` and `12:30` are text, `0x1F` is a number."""

import re
from collections.abc import Mapping
from typing import Final

MAX_DIGITS: Final = 15

Scalar = str | int | float | bool | None

_WORDS: Final[Mapping[str, Scalar]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMERIC = re.compile(r"[-+]?[0-9.]")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*|[0-9]+\.[0-9]*(?:[eE][-+][0-9]+)?|\.[0-9]+)\Z")
_NONE = re.compile(r"[-+]?\.(?:inf|nan)\Z", re.IGNORECASE)
_INT = re.compile(r"[-+]?[0-9]+\Z")
_BASED = re.compile(r"0o([0-7]+)\Z|0x([0-9a-fA-F]+)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")


def resolved(text: str, *, decimal: bool = False) -> Scalar:
    """The value of a plain scalar. With `decimal`, only numbers that mean the same in YAML 1.1 count: `1e3` is text.

    Raises:
        ValueError: it has too many digits, or is infinity or NaN.
    """
    if text in _WORDS:
        return _WORDS[text]
    if not _NUMERIC.match(text) or (decimal and not _DECIMAL.match(text) and not _NONE.match(text)):
        return text
    if _INT.match(text) or _BASED.match(text):
        if len(text) > MAX_DIGITS:
            raise ValueError(f"a number of {len(text)} digits; the limit is {MAX_DIGITS}")
        return int(text, 10 if _INT.match(text) else 0)
    if _FLOAT.match(text) and len(text) <= 2 * MAX_DIGITS:
        return float(text)
    if _NONE.match(text):
        raise ValueError("a number that is none")
    return text


def reads_as_text(text: str, *, decimal: bool = False) -> bool:
    """Whether a plain scalar stays text; `decimal` as for `resolved`."""
    try:
        return isinstance(resolved(text, decimal=decimal), str)
    except ValueError:
        return False
