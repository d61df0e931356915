"""The folder of saves."""

from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from fiction.errors import NotFound, SaveBusy, SaveDamaged, SaveError, SaveExists
from fiction.saves.cards import card
from fiction.saves.failures import translated
from fiction.saves.files import SUFFIX
from fiction.saves.leftovers import sweep
from fiction.saves.lock import StoryLock, lock_path
from fiction.saves.names import file_name, unlike
from fiction.story.cards import SaveCard
from fiction.text.sanitise import clean_line

if TYPE_CHECKING:
    from fiction.saves.store import SaveFile
    from fiction.story.reader import StoryRecord


class SaveLibrary:
    """The saves in one folder, by file name. No name leads out of the folder.

    A name may be shortened to any unique beginning; "" is the save played last. Every method with a name raises
    NotFound if there is no such save.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def cards(self) -> tuple[SaveCard, ...]:
        """Cards of all saves, the newest first; of damaged saves with their trouble."""
        cards = [card(path, name) for name, path in self._saves().items()]
        return tuple(sorted(cards, key=lambda card: (-card.updated, card.name)))

    def find(self, name: str = "") -> str:
        """The full name for a shortened one."""
        if not name:
            playable = [card.name for card in self.cards() if not card.trouble]
            if not playable:
                raise NotFound("There is no story to go on with yet.", hint="`fiction` begins one.")
            return playable[0]
        names = self._saves()
        alike = [name] if name in names else [each for each in names if each.casefold().startswith(name.casefold())]
        wanted = clean_line(name, limit=60)
        if len(alike) > 1:
            raise NotFound(f"Several saves begin with {wanted}.", hint=f"Is it {' or '.join(alike[:5])}?")
        if not alike:
            raise NotFound(f"There is no save called {wanted}.", hint="`fiction saves list` shows them all.")
        return alike[0]

    def create(self, story: "StoryRecord", name: str = "") -> "SaveFile":
        """A new save, open for play; its file is named after `name`, or else after the story's title."""
        from fiction.saves.store import SaveFile

        with translated(str(self._folder)):
            self._folder.mkdir(parents=True, exist_ok=True)
        sweep(self._folder)
        busy: set[str] = set()
        while True:
            path = self._free(name or story.title, besides=busy)
            try:
                return SaveFile.create(path, story)
            except (SaveBusy, SaveExists):
                busy.add(path.stem)  # another process has just taken the name

    def open(self, name: str = "", *, read_only: bool = False) -> "SaveFile":
        """Open a save. Raises as `SaveFile.open`."""
        from fiction.saves.store import SaveFile

        return SaveFile.open(self._plain(self.find(name)), read_only=read_only)

    def rename(self, name: str, title: str) -> None:
        """Change a save's title; the file name, which must be given in full, stays."""
        with closing(self.open(self._whole(name))) as save:
            save.rename(title)

    def delete(self, name: str) -> None:
        """Delete a save, damaged or not, and the files beside it. The name must be given in full.

        Raises:
            SaveBusy: another process plays it.
        """
        path = self._saves()[self._whole(name)]
        with translated(path.stem):
            lock = StoryLock(path)
            try:
                beside = [each for each in self._folder.iterdir() if _belongs(each.name, path.name)]
                for each in (path, *beside):
                    each.unlink()
            finally:
                lock.release()
            lock_path(path).unlink(missing_ok=True)

    def check(self, name: str = "") -> list[str]:
        """All faults of a save, as sentences; reads the whole file."""
        try:
            with closing(self.open(name, read_only=True)) as save:
                return save.verify()
        except SaveDamaged as error:
            return [error.sentence]

    def export_story(self, name: str, target: Path) -> None:
        """Export a save for others, without private data (see `transfer.export`).

        Raises:
            SaveError: the target is in the folder of saves, where it could replace one.
        """
        if target.absolute().parent.resolve() == self._folder.resolve():
            raise SaveError(f"{clean_line(str(target))} lies among the saves.", hint="Choose another folder.")
        with closing(self.open(name, read_only=True)) as save:
            save.export(target)

    def import_story(self, path: Path) -> str:
        """Import a save as a new story; returns its name (see `transfer.take_in`)."""
        from fiction.saves.transfer import take_in

        try:
            return self._filled(path.stem, lambda into: take_in(path, into))[0]
        except SaveDamaged as error:
            raise SaveDamaged(error.message, hint="Nothing was taken in; ask for the file once more.") from error

    def repair(self, name: str) -> tuple[str, int]:
        """Copy the whole turns of a damaged save into a new one; returns its name and the number of turns."""
        from fiction.saves.repair import repair

        path = self._plain(self.find(name))
        return self._filled(f"{path.stem}-repaired", lambda into: repair(path, into))

    def _filled(self, name: str, fill: Callable[[Path], int]) -> tuple[str, int]:
        with translated(str(self._folder)):
            self._folder.mkdir(parents=True, exist_ok=True)
        sweep(self._folder)
        busy: set[str] = set()
        while True:
            into = self._free(name, besides=busy)
            try:
                with translated(into.name):
                    lock = StoryLock(into)
            except SaveBusy:
                busy.add(into.stem)  # another process is writing it
                continue
            try:
                if not into.exists():
                    return into.stem, fill(into)
            finally:
                if not into.exists():
                    lock_path(into).unlink(missing_ok=True)
                lock.release()

    def _saves(self) -> dict[str, Path]:
        """Paths of all saves, by display name."""
        with translated(str(self._folder)):
            if not self._folder.is_dir():
                return {}
            paths = [path for path in self._folder.iterdir() if path.suffix == SUFFIX and not path.name.startswith(".")]
            return {clean_line(path.stem): path for path in sorted(paths)}

    def _free(self, name: str, *, besides: Iterable[str] = ()) -> Path:
        return self._folder / f"{unlike(file_name(name), (*self._saves(), *besides))}{SUFFIX}"

    def _whole(self, name: str) -> str:
        if name not in self._saves():
            raise NotFound(f"There is no save called {clean_line(name, limit=60)}.", hint="Give its whole name.")
        return name

    def _plain(self, name: str) -> Path:
        path = self._saves()[name]
        if path.is_symlink() or not path.is_file():
            raise SaveError(f"{name} is a link or a folder, not a save.")
        return path


def _belongs(name: str, save: str) -> bool:
    return name == f"{save}-journal" or (name.startswith(f"{save}.v") and name.endswith(".bak"))
