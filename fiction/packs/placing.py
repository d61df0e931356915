"""Installing and removing a pack's files in a folder of worlds, completely or not at all."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fiction.errors import PackError
from fiction.packs.names import PACK_FILES
from fiction.packs.sources import PackFiles, read_source, reason
from fiction.text.sanitise import clean_line

_ASIDE = ".replaced-"
_BEGUN = ".installing-"
_STALE = 3600.0
"""Seconds after which no process can still be writing a draft."""
SUFFIXES = ("", ".yaml", ".zip")
"""Suffixes of a pack's path: a folder, a YAML file, a zip; the first existing one counts."""


def place(files: PackFiles, folder: Path, world: str) -> None:
    """Install a checked pack as `folder/world`, replacing an existing one.

    It is written beside its place and renamed. A replaced pack is moved aside first, and moved back if the rename
    fails; if the process dies between the two renames, `restore` moves it back.

    Raises:
        PackError: the disk is full or read-only; an existing pack stays.
    """
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        begun = Path(tempfile.mkdtemp(prefix=_BEGUN, dir=folder))
        try:
            _write(begun, files)
            _swap(begun, folder, world)
        finally:
            shutil.rmtree(begun, ignore_errors=True)
        for suffix in SUFFIXES[1:]:
            (folder / f"{world}{suffix}").unlink(missing_ok=True)


def take_out(folder: Path, world: str) -> None:
    """Remove the pack with this id. Raises PackError."""
    with _writing(folder):
        for suffix in SUFFIXES:
            path = folder / f"{world}{suffix}"
            if path.is_dir() and not path.is_symlink():
                grave = Path(tempfile.mkdtemp(prefix=_BEGUN, dir=folder))
                path.rename(grave / world)
                shutil.rmtree(grave, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def restore(folder: Path) -> None:
    """Undo interrupted calls of `place`: move replaced packs back, and delete stale drafts.

    Never raises.
    """
    with suppress(OSError):
        _sweep(folder)
    with suppress(OSError):
        for aside in folder.glob(f"{_ASIDE}*"):
            original = folder / aside.name.removeprefix(_ASIDE)
            if not original.exists():
                aside.rename(original)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PackError(f"{clean_line(str(folder), limit=400)} can't be written: {reason(error)}.") from error


def _sweep(folder: Path) -> None:
    """Delete stale drafts of processes that died."""
    for begun in folder.glob(f"{_BEGUN}*"):
        if time.time() - begun.lstat().st_mtime > _STALE:
            shutil.rmtree(begun, ignore_errors=True)


def _write(begun: Path, files: PackFiles) -> None:
    """Write every file, and check it by reading it back."""
    begun.chmod(0o755)
    for name, content in {**files.beside, PACK_FILES[0]: files.text}.items():
        with (begun / name).open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    arrived = read_source(begun)
    if (arrived.text, dict(arrived.beside)) != (files.text, dict(files.beside)):
        raise OSError("what was written can't be read back")


def _swap(begun: Path, folder: Path, world: str) -> None:
    target, aside = folder / world, folder / f"{_ASIDE}{world}"
    if not os.path.lexists(target):
        begun.rename(target)
        return
    _delete(aside)
    target.rename(aside)
    try:
        begun.rename(target)
    except OSError:
        aside.rename(target)
        raise
    _delete(aside)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
