"""The words of a story's index between two sessions: one `.npz` file, believed only if it is whole."""

import logging
import os
import time
from pathlib import Path

import numpy as np

from fiction.memory.catalogue import Catalogue
from fiction.memory.lexical import LexicalIndex

_log = logging.getLogger(__name__)
_FORMAT = 1
"""To be raised with every change of what `words` or `passages` make of a text."""

_STALE = 600.0
"""Seconds after which nobody can be writing the file any more."""


def load(path: Path, *, language: str) -> tuple[Catalogue, LexicalIndex] | None:
    """What was stored; None where there is nothing, or nothing that is whole and of this language and format."""
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
    """Write the file, whole or not at all. A folder that can't be written costs time at the next opening, no more."""
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
    """Delete what processes that were killed in the middle of writing left beside the file."""
    for left in path.parent.glob(f"{path.name}.*.part"):
        if time.time() - left.lstat().st_mtime > _STALE:
            left.unlink(missing_ok=True)


def _about(language: str) -> str:
    return f"fiction lexical {_FORMAT} {language}"
