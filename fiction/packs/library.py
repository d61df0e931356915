"""The library of bundled and installed worlds: listing, loading, installing and removing them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fiction import __version__
from fiction.bounded_yaml.document import did_you_mean
from fiction.errors import NotFound, PackError, Problem
from fiction.packs.covers import read_cover
from fiction.packs.manifest import card_of, minimum_of, trouble_card
from fiction.packs.names import COVER_FILE, PACK_FILES, is_slug
from fiction.packs.pack_file import pack_text
from fiction.packs.placing import SUFFIXES, place, restore, take_out
from fiction.packs.sources import PackFiles, read_source
from fiction.story.cards import WorldCard
from fiction.story.world import World
from fiction.text.sanitise import clean_line

if TYPE_CHECKING:
    from fiction.packs.loader import LoadedPack

INSTALLED = "installed"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file or folder that should hold a world."""

    id: str
    source: str
    folder: Path
    path: Path


@dataclass(frozen=True, slots=True)
class WorldLibrary:
    """The worlds in given folders. Without a cache: every call reads the disk."""

    folders: tuple[tuple[str, Path], ...]
    """Pairs of source (`bundled` or `installed`) and path; of two worlds with one id the later folder's counts."""

    def cards(self) -> tuple[WorldCard, ...]:
        """Cards of all worlds, by folder and id; of broken ones with their trouble.

        Only the top of each pack is read; mistakes further down appear when the world is loaded.
        """
        entries = {entry.id: entry for entry in self._entries()}
        return tuple(_card(entry) for entry in entries.values())

    def world(self, world: str) -> World:
        """Load a world.

        Raises:
            NotFound: no world has this id.
            PackError: it can't be played; lists every mistake.
        """
        entry = self._entry(world)
        files = read_source(entry.path, within=entry.folder)
        _check_version(files)
        loaded = _load(files).world
        if loaded.id != world:
            raise PackError(f"The world filed as {world!r} has the id {loaded.id!r}.", hint="Rename it, or install it.")
        return loaded if loaded.cover else replace(loaded, cover=_cover(files))

    def text(self, world: str) -> str:
        """A pack's full text, for a save. Raises NotFound or PackError."""
        entry = self._entry(world)
        files = read_source(entry.path, within=entry.folder)
        return pack_text(files.text, name=files.name)

    def path(self, world: str) -> Path:
        """Path of a world: a folder, a YAML file or a zip. Raises NotFound."""
        return self._entry(world).path

    def problems(self, path: Path) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
        """Mistakes and warnings of the pack at any path, in the library or not."""
        from fiction.packs.lint.lint import lint

        try:
            files = read_source(path)
            pack = _load(files)
        except PackError as error:
            own = Problem(clean_line(str(path), limit=400), 0, 0, error.message, error.hint)
            return error.problems or (own,), ()
        return (), (*_filing(path, pack.world, files), *lint(pack))

    def install(self, source: Path, *, replace: bool = False) -> WorldCard:
        """Install a pack from a folder, a YAML file or a zip, under its id.

        Raises:
            PackError: it can't be used or written, or its id is taken and `replace` is false.
        """
        folder = self._installed()
        files = read_source(source)
        _check_version(files)
        world = _load(files).world
        if not replace and (taken := self._find(world.id)) is not None:
            said = f"There is a world {world.id!r} already ({taken.source})."
            raise PackError(said, hint="Say --replace to put this one in its place.")
        restore(folder)
        place(files, folder, world.id)
        return _card(_Entry(world.id, INSTALLED, folder, folder / world.id))

    def remove(self, world: str) -> None:
        """Delete an installed world. Its stories keep their own copy.

        Raises:
            NotFound: no world has this id.
            PackError: it is bundled, or can't be deleted.
        """
        entry = self._entry(world)
        if entry.source != INSTALLED:
            raise PackError(f"The world {world!r} comes with the game and can't be removed.")
        take_out(entry.folder, world)

    def _installed(self) -> Path:
        for source, folder in self.folders:
            if source == INSTALLED:
                return folder
        raise PackError("There is no folder to install worlds in.")

    def _entries(self) -> Iterator[_Entry]:
        for source, folder in self.folders:
            restore(folder)
            filed: dict[str, _Entry] = {}
            for path in _filed_in(folder):
                world = path.stem if path.suffix in SUFFIXES else path.name
                filed.setdefault(world, _Entry(world, source, folder, path))
            yield from filed.values()

    def _find(self, world: str) -> _Entry | None:
        if not is_slug(world):
            return None
        for source, folder in reversed(self.folders):
            restore(folder)
            for suffix in SUFFIXES:
                path = folder / f"{world}{suffix}"
                if path.is_symlink() or path.exists():
                    return _Entry(world, source, folder, path)
        return None

    def _entry(self, world: str) -> _Entry:
        if (entry := self._find(world)) is not None:
            return entry
        hint = did_you_mean(world, [entry.id for entry in self._entries()])
        hint = hint.capitalize() or "`fiction worlds` shows them all."
        raise NotFound(f"There is no world {clean_line(world, limit=60)!r}.", hint=hint)


def _filed_in(folder: Path) -> list[Path]:
    """Candidates for worlds in a folder; a folder comes before a file of the same id, as in `_find`."""
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return []
    named = (path for path in paths if not path.name.startswith("."))
    return [path for path in named if path.suffix in SUFFIXES[1:] or path.is_symlink() or path.is_dir()]


def _card(entry: _Entry) -> WorldCard:
    try:
        files = read_source(entry.path, within=entry.folder)
        card = card_of(files.text, name=files.name, expected=entry.id, source=entry.source)
        return card if card.trouble else replace(card, trouble=_too_new(files))
    except PackError as error:
        return trouble_card(entry.id, entry.source, error.message)


def _load(files: PackFiles) -> "LoadedPack":
    from fiction.packs.loader import load_pack

    return load_pack(files.text, name=files.name)


def _version(text: str) -> tuple[int, ...]:
    """A version's numbers, for comparison; without anything after a hyphen."""
    return tuple(int(part) for part in re.findall(r"\d{1,9}", text.partition("-")[0])[:3])


def _too_new(files: PackFiles) -> str:
    """A sentence if the game is too old for a pack, else empty."""
    minimum = minimum_of(files.text, name=files.name)
    if minimum and _version(minimum) > _version(__version__):
        return f"It needs fiction {minimum} or later; this is {__version__}."
    return ""


def _check_version(files: PackFiles) -> None:
    if too_new := _too_new(files):
        raise PackError(too_new, hint="Update fiction.")


def _cover(files: PackFiles) -> str:
    """The cover from `cover.txt`; empty if it is missing or invalid."""
    try:
        return read_cover(files.beside.get(COVER_FILE, b"").decode("utf-8"))
    except ValueError:
        return ""


def _filing(path: Path, world: World, files: PackFiles) -> Iterator[Problem]:
    """Warnings about a pack's file name, required version and cover."""
    own = path.name if path.is_dir() else path.stem
    if own not in (world.id, *(Path(name).stem for name in PACK_FILES)):
        said = f"it has the id {world.id!r}, but it is filed as {clean_line(own)!r}"
        yield Problem(files.name, 0, 0, said, "worlds are filed under their id")
    if too_new := _too_new(files):
        yield Problem(files.name, 0, 0, too_new)
    try:
        read_cover(files.beside.get(COVER_FILE, b"").decode("utf-8"))
    except ValueError as error:
        yield Problem(files.name, 0, 0, f"{COVER_FILE} is not shown: it {error}")
