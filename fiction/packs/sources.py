"""Reads a pack's files from a folder, a single YAML file, or a zip."""

import errno
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn

from fiction.bounded_yaml.limits import PACK
from fiction.errors import PackError
from fiction.packs.names import PACK_FILES, belongs
from fiction.packs.zips import MAX_TOTAL, read_zip
from fiction.text.sanitise import clean_line

MAX_BESIDE: Final = 500_000
"""Bytes of a README, a licence or a cover."""


@dataclass(frozen=True, slots=True)
class PackFiles:
    """The files of a pack."""

    name: str
    """Name of the pack's main file, for problems."""
    text: bytes = field(repr=False)
    beside: Mapping[str, bytes] = field(repr=False)
    """README.md, LICENSE and cover.txt, if present."""


def read_source(path: Path, *, within: Path | None = None) -> PackFiles:
    """The pack at a path. With `within`, links are followed only inside that folder.

    Raises:
        PackError: it can't be read, is too large, or a link leads out of `within`.
    """
    shown = clean_line(str(path), limit=400)
    try:
        _check_inside(path, within, shown)
        if path.is_dir():
            return _read_folder(path, within or path, shown)
        if path.suffix.lower() == ".zip":
            return _picked(read_zip(_read(path, MAX_TOTAL, shown), name=shown), shown)
        return PackFiles(shown, _read(path, PACK.max_bytes, shown), {})
    except OSError as error:
        raise PackError(f"{shown} can't be read: {reason(error)}.") from error
    except RuntimeError as error:  # pathlib's error for circular links, before Python 3.13
        raise PackError(f"{shown} can't be read: it is a link that leads in a circle.") from error


def reason(error: OSError) -> str:
    """The reason of a file error, in a few words."""
    known = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "the disk quota is used up",
        errno.EROFS: "the disk is read-only",
        errno.EACCES: "there is no permission",
        errno.EPERM: "there is no permission",
        errno.ENOENT: "it is not there",
        errno.ELOOP: "it is a link that leads in a circle",
    }
    return known.get(error.errno or 0, clean_line(error.strerror or "the system refused"))


def _refuse(shown: str, why: str) -> NoReturn:
    raise PackError(f"{shown} can't be used: {why}.")


def _check_inside(path: Path, within: Path | None, shown: str) -> None:
    if within is not None and not path.resolve(strict=True).is_relative_to(within.resolve()):
        _refuse(shown, "it is a link that leads out of its folder")


def _read_folder(path: Path, within: Path, shown: str) -> PackFiles:
    files = {}
    with os.scandir(path) as entries:
        names = sorted(entry.name for entry in entries if belongs(entry.name))
    for name in names:
        _check_inside(path / name, within, f"{shown}/{name}")
        limit = PACK.max_bytes if name in PACK_FILES else MAX_BESIDE
        files[name] = _read(path / name, limit, f"{shown}/{name}")
    return _picked(files, shown)


def _picked(files: dict[str, bytes], shown: str) -> PackFiles:
    found = [name for name in PACK_FILES if name in files]
    if not found:
        _refuse(shown, f"there is no {PACK_FILES[0]} in it")
    if len(found) > 1:
        _refuse(shown, f"there is both a {found[0]} and a {found[1]} in it")
    text = files.pop(found[0])
    large = next((name for name, content in files.items() if len(content) > MAX_BESIDE), None)
    if large is not None:
        _refuse(shown, f"its {large} is larger than {MAX_BESIDE:,} bytes")
    return PackFiles(f"{shown}/{found[0]}", text, files)


def _read(path: Path, limit: int, shown: str) -> bytes:
    """The content of a regular file; a pipe or device would block or never end."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            _refuse(shown, "it is no file")
        content = file.read(limit + 1)
    if len(content) > limit:
        _refuse(shown, f"it is larger than {limit:,} bytes")
    return content
