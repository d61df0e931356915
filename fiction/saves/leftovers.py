"""What a process that was killed in the middle of writing leaves in the folder of saves, and its removal."""

import re
import shutil
import time
from contextlib import suppress
from pathlib import Path

IMPORTING = ".importing-"
"""How the folders begin in which an older save is brought to this format before it is taken in."""
_ROUGH = re.compile(r"\..+\.fiction(\.v\d+\.bak)?\.new(-journal)?\Z")
"""Saves and copies of saves that have not been given their name yet."""
_STALE = 600.0
"""Seconds after which nobody can be writing any more: each is written in one go."""


def sweep(folder: Path) -> None:
    """Delete what nobody can be writing any more. Never raises."""
    with suppress(OSError):
        for left in list(folder.iterdir()):
            is_draft = left.name.startswith(IMPORTING) or _ROUGH.match(left.name) is not None
            if is_draft and time.time() - left.lstat().st_mtime > _STALE:
                _delete(left)


def _delete(left: Path) -> None:
    if left.is_dir() and not left.is_symlink():
        shutil.rmtree(left, ignore_errors=True)
    else:
        left.unlink(missing_ok=True)
