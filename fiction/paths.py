"""Where fiction keeps its things. Looking creates nothing; only `ensure_writable` and `write_private` do."""

import glob
import os
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fiction.errors import FictionError

_STALE = 600.0
"""Seconds after which nobody can be writing a draft any more."""
_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Home:
    """The places of one reader's worlds, stories and settings. None of them need exist."""

    root: Path
    """What messages call the home: the folder given, or the platform's folder for data."""
    worlds: Path
    """Installed world packs."""
    saves: Path
    config: Path
    """The file with the settings."""
    reader: Path
    """The file with the reader profile."""
    cache: Path
    """Whatever can be made again."""
    logs: Path
    spending: Path
    """What was asked of servers, and what it cost."""

    @property
    def prices(self) -> Path:
        """The reader's own list of prices."""
        return self.config.with_name("prices.yaml")

    @property
    def servers(self) -> Path:
        """What was learned about servers."""
        return self.cache / "servers.json"

    @classmethod
    def at(cls, folder: Path) -> "Home":
        """A home with everything in one folder: a checkout, a USB stick, `--home`."""
        return cls(
            root=folder,
            worlds=folder / "worlds",
            saves=folder / "saves",
            config=folder / "config.yaml",
            reader=folder / "reader.yaml",
            cache=folder / "cache",
            logs=folder / "logs",
            spending=folder / "spending",
        )

    @classmethod
    def of_platform(cls) -> "Home":
        """The folders that this operating system has for such things."""
        from platformdirs import PlatformDirs

        dirs = PlatformDirs("fiction", appauthor=False)
        return cls(
            root=dirs.user_data_path,
            worlds=dirs.user_data_path / "worlds",
            saves=dirs.user_data_path / "saves",
            config=dirs.user_config_path / "config.yaml",
            reader=dirs.user_config_path / "reader.yaml",
            cache=dirs.user_cache_path,
            logs=dirs.user_log_path,
            spending=dirs.user_data_path / "spending",
        )

    @property
    def world_folders(self) -> tuple[tuple[str, Path], ...]:
        """Where worlds are looked for, as (`bundled` or `installed`, folder); in a checkout both are the same."""
        bundled = bundled_worlds()
        if bundled is None or self.is_checkout:
            return (("installed", self.worlds),)
        return (("bundled", bundled), ("installed", self.worlds))

    @property
    def is_checkout(self) -> bool:
        """Whether the folder of worlds is the one that came with the program."""
        bundled = bundled_worlds()
        return bundled is not None and bundled.resolve() == self.worlds.resolve()


def find_home(given: str = "", *, environment: Mapping[str, str], current: Path) -> Home:
    """The home in force: `given`, else FICTION_HOME, else the current folder if it is one, else the platform's.

    Raises:
        FictionError: the home that was named is a file.
    """
    named = given or environment.get("FICTION_HOME", "")
    if named:
        folder = Path(named).expanduser().absolute()
        if folder.exists() and not folder.is_dir():
            raise FictionError(f"The home {folder} is a file.", hint="Name a folder with --home or FICTION_HOME.")
        return Home.at(folder)
    if (current / "worlds").is_dir() and (current / "saves").is_dir():
        return Home.at(current)
    return Home.of_platform()


def bundled_worlds() -> Path | None:
    """The worlds that came with the program: inside the wheel, or beside the package in a checkout."""
    for folder in (_PACKAGE / "bundled_worlds", _PACKAGE.parent / "worlds"):
        if folder.is_dir():
            return folder
    return None


def writable(folder: Path) -> bool:
    """Whether files can be made in the folder, or in the nearest one above it that exists."""
    nearest = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    if not nearest.is_dir():
        return False
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return True
    except OSError:
        return False


def ensure_writable(folder: Path) -> Path:
    """Make the folder if need be.

    Raises:
        FictionError: nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if writable(folder):
            return folder
        reason = "the folder is read-only"
    except OSError as error:
        reason = (error.strerror or "it can't be made").lower()
    raise FictionError(
        f"Nothing can be written to {folder}: {reason}.",
        hint="Choose another place with --home FOLDER or FICTION_HOME.",
    )


def _led_to(path: Path) -> Path:
    """The file that a link leads to, as in a folder of dotfiles; else the file itself."""
    if not path.is_symlink():
        return path
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError):  # the latter is how Python up to 3.12 says that links go round in a circle
        hint = "Mend the link or remove it. Nothing was written."
        raise FictionError(f"{path} is a link that leads to no file.", hint=hint) from None


def sweep_drafts(path: Path) -> None:
    """Delete what processes that were killed in the middle of writing the file left beside it. Never raises.

    A draft may hold a key. One that is young may be another process's, which is still at it.
    """
    with suppress(OSError, FictionError):
        place = _led_to(path)
        for draft in place.parent.glob(f".{glob.escape(place.name)}.????????"):
            if time.time() - draft.lstat().st_mtime > _STALE:
                draft.unlink()


def write_private(path: Path, text: str) -> None:
    """Put the text in the file whole or not at all, readable by its owner alone; a link stays, its file is written.

    Raises:
        FictionError: the file can't be written; what was there stays.
    """
    place = _led_to(path)
    ensure_writable(place.parent)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise FictionError(f"{path} could not be written: {error.strerror}.", hint="What was there is kept.") from None
