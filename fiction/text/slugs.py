"""Ids from names that a model gives: small Latin letters, the same for one name, different for two."""

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
"""Latin letters that NFKD does not take apart."""

N = TypeVar("N")


def slug(name: str, *, stem: str = "id") -> str:
    """The id of a name: `[a-z0-9-]`, 1 to 48 characters, no name of a device.

    A name that does not fit these letters or this length gets a digest; `stem` begins the id of a name without any
    Latin letter.
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
    """The first `most` notes with a name, each with an id of its own; of two notes with one name the first counts."""
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
    """The wanted id, with a number where it is taken."""
    taken, number, free = set(taken), 1, wanted
    while free in taken:
        number += 1
        free = f"{wanted[: _LONGEST - 4].strip('-')}-{number}"
    return free
