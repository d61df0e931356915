"""The cache of a story's word index between sessions: one `.npz` file, used only if it is intact."""

import logging
import os
import time
from pathlib import Path

import numpy as np

from fiction.memory.catalogue import Catalogue
from fiction.memory.lexical import LexicalIndex

_log = logging.getLogger(__name__)
_FORMAT = 1
"""Raise it with every change to the output of `terms` or `passages`."""

_STALE = 600.0
"""Seconds after which no process can still be writing the file."""


def load(path: Path, *, language: str) -> tuple[Catalogue, LexicalIndex] | None:
    """The stored index; None if it is missing, damaged, or of another language or format."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            if str(arrays["about"]) != _about(language):
                return None
            held = {name: arrays[name] for name in arrays.files if name != "about"}
        catalogue, lexical = Catalogue.thaw(held), LexicalIndex.thaw(held)
    except Exception:  # noqa: BLE001 - a damaged file fails in as many ways as zip and numpy have
        _log.debug("no usable cache at %s", path, exc_info=True)
        return None
    return (catalogue, lexical) if len(catalogue) == len(lexical) else None


def store(path: Path, catalogue: Catalogue, lexical: LexicalIndex, *, language: str) -> None:
    """Write the file, completely or not at all. A failure only slows down the next opening."""
    arrays = {**catalogue.freeze(), **lexical.freeze(), "about": np.array(_about(language))}
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path)
        with unfinished.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        unfinished.replace(path)
    except OSError:
        _log.debug("the cache at %s can't be written", path, exc_info=True)
        unfinished.unlink(missing_ok=True)


def _sweep(path: Path) -> None:
    """Delete unfinished files of killed processes."""
    for left in path.parent.glob(f"{path.name}.*.part"):
        if time.time() - left.lstat().st_mtime > _STALE:
            left.unlink(missing_ok=True)


def _about(language: str) -> str:
    return f"fiction lexical {_FORMAT} {language}"
