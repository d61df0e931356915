"""File names from titles: safe on every system, and unique even on systems that ignore case."""

import re
import unicodedata
from collections.abc import Iterable

from fiction.text.devices import is_device

LONGEST = 120
"""Bytes; leaves room for the endings of lock, journal and backup within 255."""


def file_name(title: str) -> str:
    """A file name from a title: letters and digits of any script, words joined by hyphens; never empty."""
    text = unicodedata.normalize("NFKC", title).replace("'", "").replace("’", "")
    kept = "".join(
        char if char.isalnum() or unicodedata.category(char) in ("Mn", "Mc") else "-" for char in text.lower()
    )
    name = re.sub(r"-+", "-", unicodedata.normalize("NFC", kept)).strip("-")
    name = name.encode()[:LONGEST].decode(errors="ignore").strip("-")
    if not name:
        return "story"
    return f"{name}-story" if is_device(name) else name


def unlike(name: str, taken: Iterable[str]) -> str:
    """The name, numbered if it is taken."""
    known = {_same(other) for other in taken}
    number = 1
    candidate = name
    while _same(candidate) in known:
        number += 1
        candidate = f"{name}-{number}"
    return candidate


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
