"""Ids of packs and what belongs to one: names that are safe as names of files on every system."""

import re
from typing import Final

from fiction.text.devices import is_device

SLUG: Final = r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?"
"""1 to 48 small letters, digits and hyphens."""
PACK_FILES: Final = ("world.yaml", "pack.yaml")
"""What a pack's own file may be called; the first is how it is written."""
COVER_FILE: Final = "cover.txt"
_BESIDE = re.compile(r"cover\.txt|README\.md|LICEN[CS]E(?:\.[A-Za-z]{1,8})?")


def is_slug(text: str) -> bool:
    """Whether it can be an id: a slug that names no device on Windows."""
    return re.fullmatch(SLUG, text) is not None and not is_device(text)


def belongs(name: str) -> bool:
    """Whether a file of this name, at the top of a pack, is a part of it; anything else is left where it is."""
    return name in PACK_FILES or _BESIDE.fullmatch(name) is not None
