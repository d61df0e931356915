"""Theme and animations, read before all other settings: the first frame needs only these.

Loading and checking all settings takes longer than the first frame. These two are single words on lines of their own,
so they are read alone; mistakes in the file are reported when all of it is read.
"""

import re
from pathlib import Path
from typing import NamedTuple

_LINE = re.compile(r"^(theme|animations):[ \t]*['\"]?([A-Za-z0-9_-]+)", re.MULTILINE)
_LIMIT = 64_000


class Looks(NamedTuple):
    """Two settings of the terminal game; empty if not set."""

    theme: str = ""
    animations: str = ""


def read_looks(config: Path) -> Looks:
    """The looks in a settings file; empty if it can't be read."""
    try:
        with config.open(encoding="utf-8", errors="replace") as file:
            found = dict(_LINE.findall(file.read(_LIMIT)))
    except OSError:
        return Looks()
    return Looks(found.get("theme", ""), found.get("animations", ""))
