"""A model's notes on a passage as they come out of its JSON: every field there, clean and bounded, nothing refused.

Small models leave keys out, write a list for a string and a string for a list; each such habit is read for what it
means. What the values are worth is for `reflecting` to say.
"""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from fiction.text.sanitise import clean, clean_line

_MAX_LINE = 300
_MAX_TEXT = 6000
_MAX_ITEMS = 12
_TRUE = frozenset({"true", "yes", "1"})


def _line(value: object) -> str:
    return clean_line(_joined(value), limit=_MAX_LINE)


def _text(value: object) -> str:
    return clean(_joined(value, "\n")[:_MAX_TEXT]).strip()


def _joined(value: object, between: str = " ") -> str:
    match value:
        case str():
            return value
        case list():
            return between.join(_joined(part) for part in value[:100])
        case dict():
            return between.join(_joined(part) for part in list(value.values())[:100])
        case bool() | None:
            return ""
        case _:
            return str(value)[:100]


def _items(value: object) -> list[object]:
    """A list; one object for a list of one; an object of numbered objects for a list."""
    match value:
        case list():
            return value[:_MAX_ITEMS]
        case dict() if value and all(isinstance(part, dict) for part in value.values()):
            return list(value.values())[:_MAX_ITEMS]
        case dict() | str() if value:
            return [value]
        case _:
            return []


def _lines(value: object) -> list[str]:
    return [line for line in map(_line, _items(value)) if line]


def _objects_by(key: str) -> BeforeValidator:
    """A list of objects, in which a bare string stands for an object with just that key."""

    def read(value: object) -> list[object]:
        return [part if isinstance(part, dict) else {key: part} for part in _items(value)]

    return BeforeValidator(read)


def _object(value: object) -> object:
    return value if isinstance(value, dict) else {}


def _importance(value: object) -> int:
    """1 to 10; also from `7/10` and `7.5`; the middle for anything else."""
    digits = _joined(value).split("/")[0].split(".")[0].strip()
    return min(10, max(1, int(digits))) if digits.isdecimal() and len(digits) < 4 else 5


def _truth(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() in _TRUE)


Line = Annotated[str, BeforeValidator(_line)]
Text = Annotated[str, BeforeValidator(_text)]
Lines = Annotated[list[str], BeforeValidator(_lines)]


class Lenient(BaseModel):
    """Keys that are not known are passed over; keys that are missing are empty."""

    model_config = ConfigDict(extra="ignore")


class PlanNote(Lenient):
    """A plan as the model wrote it."""

    label: Line = ""
    stake: Line = ""
    approach: Line = ""
    scope: Line = ""
    brief: Text = ""


class ChangeNote(Lenient):
    """One reason for a change of the memory."""

    what: Line = ""
    why: Line = ""


class RationaleNote(Lenient):
    """All reasons."""

    dropped: Annotated[list[ChangeNote], _objects_by("what")] = []
    added: Annotated[list[ChangeNote], _objects_by("what")] = []


class FactNote(Lenient):
    """A fact that is new, changed or over."""

    subject: Line = ""
    relation: Line = ""
    object: Line = ""
    status: Line = "new"


class ThreadNote(Lenient):
    """A thread that was opened, advanced, paid or dropped."""

    id: Line = ""
    status: Line = "open"
    setup: Line = ""
    payoff: Line = ""


class CastNote(Lenient):
    """Somebody who came in or moved."""

    name: Line = ""
    who: Line = ""
    where: Line = ""
    stance: Line = ""


class LedgerNote(Lenient):
    """What the passage changed."""

    facts: Annotated[list[FactNote], _objects_by("subject")] = []
    over: Lines = []
    """Numbers of established facts that hold no longer."""
    threads: Annotated[list[ThreadNote], _objects_by("setup")] = []
    cast: Annotated[list[CastNote], _objects_by("name")] = []


class EntryNote(Lenient):
    """What the storyteller keeps in mind about one person or thing."""

    about: Line = ""
    note: Line = ""


class NotebookNote(Lenient):
    """What changes in the storyteller's own notebook."""

    done: Lines = []
    now: Line = ""
    notes: Annotated[list[EntryNote], _objects_by("note")] = []


class Notes(Lenient):
    """All of it."""

    plans: Annotated[list[PlanNote], _objects_by("label")] = []
    rationale: Annotated[RationaleNote, BeforeValidator(_object)] = RationaleNote()
    memory: Text = ""
    ledger: Annotated[LedgerNote, BeforeValidator(_object)] = LedgerNote()
    notebook: Annotated[NotebookNote, BeforeValidator(_object)] = NotebookNote()
    importance: Annotated[int, BeforeValidator(_importance)] = 5
    title: Line = ""
    summary: Text = ""
    chapter: Text = ""
    ending: Annotated[bool, BeforeValidator(_truth)] = False


class PersonNote(Lenient):
    """A character of an imagined world."""

    name: Line = ""
    role: Line = ""
    description: Text = ""
    voice: Line = ""
    goals: Lines = []
    secret: Line = ""
    pronouns: Line = ""


class PlaceNote(Lenient):
    """A place of an imagined world."""

    name: Line = ""
    description: Text = ""


class SeedNote(Lenient):
    """A thread of an imagined world."""

    setup: Line = ""
    payoff: Line = ""


class EndingNote(Lenient):
    """An ending of an imagined world."""

    title: Line = ""
    condition: Line = ""


class StyleNote(Lenient):
    """How an imagined world is told."""

    tense: Line = "present"
    tone: Lines = []
    avoid: Lines = []
    sample: Text = ""


class WorldNote(Lenient):
    """An imagined world."""

    language: Line = ""
    title: Line = ""
    summary: Line = ""
    setting: Text = ""
    protagonist: Text = ""
    genre: Lines = []
    style: Annotated[StyleNote, BeforeValidator(_object)] = StyleNote()
    characters: Annotated[list[PersonNote], _objects_by("name")] = []
    places: Annotated[list[PlaceNote], _objects_by("name")] = []
    truth: Text = ""
    outline: Lines = []
    threads: Annotated[list[SeedNote], _objects_by("setup")] = []
    endings: Annotated[list[EndingNote], _objects_by("title")] = []
