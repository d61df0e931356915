"""Words that a reader was still writing when the screen ended, kept until their story is opened again."""

import json
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Unsent:
    """What stands in the act input, and what it is for."""

    story: str
    """Uuid of the story."""
    turn: str
    """Id of the turn that it is written at; empty before the first."""
    purpose: str
    """Name of the `Purpose`."""
    number: int
    """The plan that is being edited; 0 for none."""
    text: str


class UnsentFolder:
    """A file for each story with something unsent. Without a folder, and where it can't be written, nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        """The folder is made when it is first needed."""
        self._folder = folder

    def keep(self, unsent: Unsent) -> None:
        """Write it down, in the place of what was kept for this story."""
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
        """It was sent, or put away."""
        with suppress(OSError):
            if (place := self._place(story)) is not None:
                place.unlink(missing_ok=True)

    def of(self, story: str) -> Unsent | None:
        """What was kept for this story."""
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
        """A name made of the uuid, which comes out of a save and could be anything."""
        try:
            return None if self._folder is None else self._folder / f"{UUID(story).hex}.json"
        except ValueError:
            return None
