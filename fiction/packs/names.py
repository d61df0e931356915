"""Ids and file names of packs, safe on every system."""

import re
from typing import Final

from fiction.text.devices import is_device

SLUG: Final = r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?"
"""1 to 48 lower-case letters, digits and hyphens."""
PACK_FILES: Final = ("world.yaml", "pack.yaml")
"""Names of a pack's main file; new packs get the first."""
COVER_FILE: Final = "cover.txt"
_BESIDE = re.compile(r"cover\.txt|README\.md|LICEN[CS]E(?:\.[A-Za-z]{1,8})?")


def is_slug(text: str) -> bool:
    """Whether a text is a valid id: a slug that is no device name on Windows."""
    return re.fullmatch(SLUG, text) is not None and not is_device(text)


def belongs(name: str) -> bool:
    """Whether a file of this name, at the top of a pack, is part of it; other files are ignored."""
    return name in PACK_FILES or _BESIDE.fullmatch(name) is not None
