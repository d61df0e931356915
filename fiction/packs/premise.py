"""Makes a world from one sentence, for a story without a pack."""

import json
import re

from fiction.errors import FictionError
from fiction.text.sanitise import clean, clean_line

MOST = 2_000
"""Characters of a premise."""

_NO_SLOTS = str.maketrans("{}", "()")
"""Braces mean slots in a pack, so a reader's braces become parentheses."""


def as_sentence(text: str) -> str:
    """A reader's words made safe for a pack: cleaned, without slots, shortened."""
    return clean(text).strip().translate(_NO_SLOTS)[:MOST]


def premise_pack(premise: str, genre: str = "") -> str:
    """A world pack with nothing but a setting, the reader's sentence (as JSON, which is YAML).

    Raises:
        FictionError: the premise is empty.
    """
    about = as_sentence(premise)
    if not about:
        raise FictionError("The story has neither a world nor a premise.", hint="Name a world, or use --about TEXT.")
    title = clean_line(re.split(r"[.!?\n]", about)[0], limit=60)
    pack = {
        "schema": 1,
        "id": "premise",
        "version": "1.0.0",
        "title": title[0].upper() + title[1:] if title else "A story",
        "summary": clean_line(about),
        "genre": [clean_line(as_sentence(genre), limit=40)] if genre.strip() else [],
        "setting": f"The story is about this, in the reader's own words: {about}",
    }
    return json.dumps(pack, ensure_ascii=False, indent=1)
