"""Ids for what a model names: small Latin letters, the same for the same name, never the same for two."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import TypeVar

from fiction.text.devices import is_device
from fiction.text.folding import same_spelling

_LONGEST = 48
_DIGITS = 8
_WORD = re.compile(r"[a-z0-9]+")
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"})
"""Latin letters that are not a plain letter with a mark."""

N = TypeVar("N")


def slug(name: str, *, stem: str = "id") -> str:
    """An id out of a name: `[a-z0-9-]`, 1 to 48 characters, never empty, no name of a device.

    What has no Latin letters, or too many, is told apart by a digest of the whole name; `stem` begins the id of a name
    that has none at all.
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    plain = unicodedata.normalize("NFKD", folded.translate(_LETTERS))
    written = "-".join(_WORD.findall(plain.encode("ascii", "ignore").decode()))
    lost = any(char.isalnum() and not char.isascii() for char in plain)
    if written and not lost and len(written) <= _LONGEST and not is_device(written):
        return written
    digest = hashlib.sha256(" ".join(folded.split()).encode("utf-8", "replace")).hexdigest()[:_DIGITS]
    return f"{(written or stem)[: _LONGEST - _DIGITS - 1].strip('-')}-{digest}"


def identified(notes: Iterable[N], name: Callable[[N], str], *, most: int, stem: str = "id") -> list[tuple[str, N]]:
    """The first few notes that have a name, each under an id of its own; of one name the first note counts."""
    found: dict[str, N] = {}
    known: set[str] = set()
    for note in notes:
        key = same_spelling(name(note)).casefold()
        if not key or key in known or len(found) >= most:
            continue
        known.add(key)
        found[_free(slug(name(note), stem=stem), found)] = note
    return list(found.items())


def _free(wanted: str, taken: Iterable[str]) -> str:
    """The id, or where another has it the first that is free with a number."""
    taken, number, free = set(taken), 1, wanted
    while free in taken:
        number += 1
        free = f"{wanted[: _LONGEST - 4].strip('-')}-{number}"
    return free
