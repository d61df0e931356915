"""Removes temporary files that a killed process left in the folder of saves."""

import re
import shutil
import time
from contextlib import suppress
from pathlib import Path

IMPORTING = ".importing-"
"""Prefix of folders in which an older save is upgraded before its import."""
_ROUGH = re.compile(r"\..+\.fiction(\.v\d+\.bak)?\.new(-journal)?\Z")
"""Unfinished saves and copies, still under their temporary names."""
_STALE = 600.0
"""Seconds after which no process can still be writing the file."""


def sweep(folder: Path) -> None:
    """Delete stale temporary files and folders. Never raises."""
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
