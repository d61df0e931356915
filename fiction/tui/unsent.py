"""Unsent text of the reader, kept from the end of the app until the story is opened again."""

import json
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Unsent:
    """The content of the act input, and its purpose."""

    story: str
    """Uuid of the story."""
    turn: str
    """Id of the current turn; empty before the first."""
    purpose: str
    """Name of the `Purpose`."""
    number: int
    """Number of the edited plan; 0 for none."""
    text: str


class UnsentFolder:
    """A folder with a file for each story with unsent text. With None, or if it can't be written, nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        """The folder is created on first use."""
        self._folder = folder

    def keep(self, unsent: Unsent) -> None:
        """Save the text, replacing the story's earlier one."""
        place = self._place(unsent.story)
        if place is None:
            return
        with suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", errors="replace", dir=place.parent, prefix=".", delete=False
            ) as draft:
                json.dump(asdict(unsent), draft)
            Path(draft.name).replace(place)

    def forget(self, story: str) -> None:
        """Delete the story's text, once it is sent or discarded."""
        with suppress(OSError):
            if (place := self._place(story)) is not None:
                place.unlink(missing_ok=True)

    def of(self, story: str) -> Unsent | None:
        """The unsent text of a story, if any."""
        place = self._place(story)
        if place is None:
            return None
        try:
            match json.loads(place.read_text(encoding="utf-8")):
                case {"turn": str(turn), "purpose": str(purpose), "number": int(number), "text": str(text)}:
                    return Unsent(story, turn, purpose, number, text)
                case _:
                    return None
        except (OSError, ValueError, RecursionError):
            return None

    def _place(self, story: str) -> Path | None:
        """The story's file; None without a folder, or if the uuid, which comes from a save, is invalid."""
        try:
            return None if self._folder is None else self._folder / f"{UUID(story).hex}.json"
        except ValueError:
            return None
