"""A whole world out of a reader's sentence."""

import re
import unicodedata
from collections.abc import Iterable

from fiction.story.reader import Pronouns, ReaderProfile
from fiction.story.sanitise import clean, clean_line
from fiction.story.world import Beat, Character, Ending, Place, Style, ThreadSeed, World
from fiction.storytellers.llm.asks import Message
from fiction.storytellers.llm.ladder import Answer, Question
from fiction.storytellers.llm.lenient import read_object
from fiction.storytellers.llm.notes import EndingNote, PersonNote, PlaceNote, SeedNote, StyleNote, WorldNote
from fiction.storytellers.llm.remembering import thread_id
from fiction.storytellers.llm.schema import IMAGINED
from fiction.storytellers.llm.texts import fenced, language_name, mark_of, prompt
from fiction.storytellers.llm.tokens import clip

_MAX_TOKENS = 2200
_TEMPERATURE = 0.9
_MAX_PREMISE = 400
"""Tokens."""
_MIN_SETTING, _MIN_BEATS = 40, 3
_MOST, _MOST_BEATS, _MOST_THREADS = 6, 9, 3
_OUTLINE = (
    "Something arrives that can't be sent back.",
    "It turns out to concern the protagonist more than they knew.",
    "Somebody who helped turns out to want something else.",
    "What was thought to be the matter proves to be a part of something larger.",
    "A price is named, and somebody else would have to pay it.",
    "What was begun is settled, one way or the other, and those who are left say so.",
)
BANNED_NAMES = ("Elara", "Elias", "Kael", "Lyra", "Thorne", "Blackwood", "Aria", "Zephyr", "Seraphina", "Orion")
"""Names that models give to everybody."""


class Imagined:
    """A world in the making."""

    def __init__(self, premise: str, genre: str, reader: ReaderProfile) -> None:
        self._premise = clean(premise)
        self._genre = clean_line(genre)
        self._reader = reader
        self._note = WorldNote()

    def question(self) -> Question:
        """What is asked of the model."""
        said = "\n".join(line for line in self._wish() if line)
        mark = mark_of(said)
        language = language_name(clean_line(self._reader.language, limit=40) or "en")
        messages: list[Message] = [
            {"role": "system", "content": prompt("imagine", mark=mark, language=language)},
            {"role": "user", "content": f"[{mark}]\n{fenced(said, mark)}\n[/{mark}]"},
        ]
        return Question("world", IMAGINED, messages, _MAX_TOKENS, _TEMPERATURE)

    def take(self, answer: Answer) -> bool:
        """Read a reply; whether it says enough to begin with."""
        note = WorldNote.model_validate(read_object(answer.text) or {})
        if len(note.setting) + len(note.outline) > len(self._note.setting) + len(self._note.outline):
            self._note = note
        return len(note.setting) >= _MIN_SETTING and len(note.outline) >= _MIN_BEATS

    def world(self) -> World:
        """A world that can be played, with our own defaults for all that the model left out."""
        note = self._note
        wish = clean_line(self._premise, limit=300) or "A story"
        title = clean_line(note.title or wish, limit=60).strip('"“”* ') or wish
        genres = [word.strip().casefold() for word in (self._genre, *note.genre) if word.strip()]
        return World(
            id=slug(title),
            version="1.0.0",
            title=title,
            summary=clean_line(note.summary or wish),
            setting=note.setting if len(note.setting) >= _MIN_SETTING else f"{note.setting} {wish}".strip(),
            authors=("imagined for this reader",),
            language=self._reader.language or "en",
            genre=tuple(dict.fromkeys(genres))[:_MOST],
            protagonist=note.protagonist or self._reader.about,
            style=_style(note.style),
            banned_names=BANNED_NAMES,
            outline=_outline(note.outline),
            characters=_characters(note.characters),
            places=_places(note.places),
            threads=_threads(note.threads),
            endings=_endings(note.endings),
        )

    def _wish(self) -> list[str]:
        reader = self._reader
        return [
            f"A story about: {clip(self._premise, _MAX_PREMISE) or 'whatever you would like to tell'}",
            f"Genre: {self._genre}" if self._genre else "",
            f"The reader enjoys: {clean_line(', '.join(reader.likes))}" if reader.likes else "",
            f"The reader as protagonist: {clean_line(reader.about, limit=400)}" if reader.about else "",
            f"Never to come up: {clean_line('; '.join(reader.lines), limit=400)}" if reader.lines else "",
        ]


def slug(title: str, *, limit: int = 48) -> str:
    """An id from a title: `[a-z0-9-]`, never empty; titles in other scripts get one from their characters' codes."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    if not words:
        words = ["story", *(f"{ord(char):x}" for char in title[:4] if not char.isspace())]
    return "-".join(words)[:limit].strip("-")


def _style(note: StyleNote) -> Style:
    tense = "past" if note.tense.casefold() == "past" else "present"
    return Style(tense=tense, tone=tuple(note.tone[:_MOST]), avoid=tuple(note.avoid[:_MOST]), sample=note.sample)


def _outline(steps: list[str]) -> tuple[Beat, ...]:
    told = steps[:_MOST_BEATS] if len(steps) >= _MIN_BEATS else _OUTLINE
    return tuple(Beat(f"beat-{number}", summary) for number, summary in enumerate(told, start=1))


def _characters(notes: list[PersonNote]) -> tuple[Character, ...]:
    named = {slug(note.name): note for note in reversed(notes) if note.name}
    return tuple(_character(key, named[key]) for key in _keys(note.name for note in notes))


def _character(key: str, note: PersonNote) -> Character:
    said = Pronouns.parse(note.pronouns)
    return Character(
        key,
        note.name,
        role=note.role,
        description=note.description,
        voice=note.voice,
        goals=tuple(note.goals[:2]),
        secrets=(note.secret,) if note.secret else (),
        they=said.they,
        them=said.them,
        their=said.their,
    )


def _places(notes: list[PlaceNote]) -> tuple[Place, ...]:
    named = {slug(note.name): note for note in reversed(notes) if note.name}
    return tuple(Place(key, named[key].name, named[key].description) for key in _keys(note.name for note in notes))


def _keys(names: Iterable[str]) -> list[str]:
    """Ids for the first few of the names, each once, in their order."""
    return list(dict.fromkeys(slug(name) for name in names if name))[:_MOST]


def _threads(notes: list[SeedNote]) -> tuple[ThreadSeed, ...]:
    named = {thread_id(note.setup): note for note in notes if note.setup}
    return tuple(ThreadSeed(key, note.setup, note.payoff) for key, note in list(named.items())[:_MOST_THREADS])


def _endings(notes: list[EndingNote]) -> tuple[Ending, ...]:
    named = {slug(note.title): note for note in notes if note.title}
    return tuple(Ending(key, note.title, condition=note.condition) for key, note in list(named.items())[:_MOST_THREADS])
