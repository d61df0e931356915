"""How the game looks, read ahead of all other settings: the first frame waits for nothing else.

Loading and checking all settings takes longer than the first frame of the game. These two are plain words on lines of
their own, so they are read alone; whatever is wrong with the file is said when the whole of it is read.
"""

import re
from pathlib import Path
from typing import NamedTuple

_LINE = re.compile(r"^(theme|animations):[ \t]*['\"]?([A-Za-z0-9_-]+)", re.MULTILINE)
_LIMIT = 64_000


class Looks(NamedTuple):
    """Two settings of the terminal game; empty where they are not set."""

    theme: str = ""
    animations: str = ""


def read_looks(config: Path) -> Looks:
    """The looks that a settings file asks for; none where it can't be read."""
    try:
        with config.open(encoding="utf-8", errors="replace") as file:
            found = dict(_LINE.findall(file.read(_LIMIT)))
    except OSError:
        return Looks()
    return Looks(found.get("theme", ""), found.get("animations", ""))
