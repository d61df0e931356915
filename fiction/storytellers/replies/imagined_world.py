"""A whole world out of a reader's sentence."""

import re

from fiction.llm.lenient_json import read_object
from fiction.llm.request import Message
from fiction.llm.structured_output import Answer, Question
from fiction.story.reader import Pronouns, ReaderProfile
from fiction.story.world import Beat, Character, Ending, Lore, Place, Style, ThreadSeed, World
from fiction.storytellers.prompts.templates import LANGUAGES, fenced, language_name, mark_of, prompt
from fiction.storytellers.replies.notes import EndingNote, PersonNote, PlaceNote, SeedNote, StyleNote, WorldNote
from fiction.storytellers.replies.schemas import IMAGINED
from fiction.text.sanitise import clean, clean_line
from fiction.text.slugs import identified, slug
from fiction.text.tokens import clip, words

_MAX_TOKENS = 3000
"""A world in German or Russian takes half as many again as one in English; with its question it fits 4,096."""
_TEMPERATURE = 0.9
_MAX_PREMISE = 400
"""Tokens."""
_MIN_SETTING_WORDS, _MIN_BEATS = 8, 3
_SHORTEST_SETTING = 40
"""Characters; a pack's is no shorter."""
_MOST, _MOST_BEATS, _MOST_THREADS = 6, 9, 3
_MAX_TITLE, _MAX_LINE, _MAX_GENRE = 60, 200, 40
"""Characters that a pack's lines may have."""
_OUTLINE = (
    "Something arrives that can't be sent back.",
    "It turns out to concern the protagonist more than they knew.",
    "Somebody who helped turns out to want something else.",
    "What was thought to be the matter proves to be a part of something larger.",
    "A price is named, and somebody else would have to pay it.",
    "What was begun is settled, one way or the other, and those who are left say so.",
)
BANNED_NAMES = ("Elara", "Elias", "Kael", "Lyra", "Thorne", "Blackwood", "Aria", "Zephyr", "Seraphina", "Orion")
"""Names that models give to everybody, in languages that are written in Latin letters."""
_NO_SLOTS = str.maketrans("{}", "()")
"""Braces are slots in a pack."""
_NOTHING = frozenset(
    ("", "none", "n/a", "-", "no", "nothing", "keins", "keine", "keines", "aucun", "нет", "无", "没有")
)
"""What a model writes for a secret that somebody does not have."""
_WORDS_OF_ID = 5
_LISTED = re.compile(r"[,;/|、，；]")
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u3400-\u9fff]")),
    ("uk", re.compile(r"[іїєґ]")),
    ("ru", re.compile(r"[а-яё]")),
    ("el", re.compile(r"[α-ω]")),
    ("he", re.compile(r"[א-ת]")),
    ("ar", re.compile(r"[\u0620-\u064a]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
)
"""Scripts that give a language away, the surer ones first."""
_OWN_LANGUAGE = "the language in which the reader's wish is written"


class Imagined:
    """A world in the making."""

    def __init__(self, premise: str, genre: str, reader: ReaderProfile) -> None:
        self._premise = clean(premise)
        self._genre = clean_line(genre)
        self._reader = reader
        self._note = WorldNote()
        self.enough = False
        """A reply said enough to begin with; else the world is mostly the reader's sentence and our own defaults."""

    def question(self) -> Question:
        """What is asked of the model."""
        said = "\n".join(line for line in self._wish() if line)
        mark = mark_of(said)
        tag = _tag(self._reader.language)
        language = language_name(tag) if tag else clean_line(self._reader.language, limit=40) or _OWN_LANGUAGE
        system = prompt("imagine", mark=mark, language=language, banned=_banned(tag or _written(self._premise)))
        messages: list[Message] = [
            {"role": "system", "content": system},
            {"role": "user", "content": f"[{mark}]\n{fenced(said, mark)}\n[/{mark}]"},
        ]
        return Question("world", IMAGINED, messages, _MAX_TOKENS, _TEMPERATURE, mark)

    def take(self, answer: Answer) -> bool:
        """Read a reply; whether it says enough to begin with."""
        note = WorldNote.model_validate(_without_slots(read_object(answer.text) or {}))
        if _worth(note) > _worth(self._note):
            self._note = note
        self.enough = words(note.setting) >= _MIN_SETTING_WORDS and len(note.outline) >= _MIN_BEATS
        return self.enough

    def world(self) -> World:
        """A world that can be played, with our own defaults for all that the model left out.

        It is sound as a pack: `load_world(dump_world(world)) == world`, whatever the model wrote in whatever language.
        """
        note, wish = self._note, clean_line(self._premise, limit=300).translate(_NO_SLOTS) or "A story"
        title = clean_line(note.title or wish, limit=_MAX_TITLE).strip('"“”„«»*# ') or "A story"
        language = self._language()
        return World(
            id=slug(title, stem="story"),
            version="1.0.0",
            title=title,
            summary=_line(note.summary) or _line(wish),
            setting=_setting(note, wish),
            authors=("imagined for this reader",),
            language=language,
            genre=self._genres(),
            protagonist=note.protagonist or clean(self._reader.about).translate(_NO_SLOTS).strip()[:2000].strip(),
            style=_style(note.style),
            banned_names=() if _in_other_letters(language) else BANNED_NAMES,
            outline=_outline(note.outline),
            characters=_characters(note.characters),
            places=_places(note.places),
            lore=(Lore("truth", (), note.truth, always=True, priority=100, secret=True),) if note.truth else (),
            threads=_threads(note.threads),
            endings=_endings(note.endings),
        )

    def _language(self) -> str:
        """The reader's, else the one that the model says it wrote in, else that of the script."""
        return _tag(self._reader.language) or _tag(self._note.language) or _written(self._premise) or "en"

    def _genres(self) -> tuple[str, ...]:
        said = [
            part for genre in (self._genre.translate(_NO_SLOTS), *self._note.genre) for part in _LISTED.split(genre)
        ]
        short = (clean_line(part.casefold(), limit=_MAX_GENRE) for part in said)
        return tuple(dict.fromkeys(genre for genre in short if genre))[:_MOST]

    def _wish(self) -> list[str]:
        reader = self._reader
        return [
            f"A story about: {clip(self._premise, _MAX_PREMISE) or 'whatever you would like to tell'}",
            f"Genre: {self._genre}" if self._genre else "",
            f"The reader enjoys: {clean_line(', '.join(reader.likes))}" if reader.likes else "",
            f"The reader's name: {clean_line(reader.name, limit=80)}" if reader.name else "",
            f"The reader as protagonist: {clean_line(reader.about, limit=400)}" if reader.about else "",
            f"Never to come up: {clean_line('; '.join(reader.lines), limit=400)}" if reader.lines else "",
        ]


def _worth(note: WorldNote) -> tuple[int, int]:
    """By how much one reply is better than another."""
    return len(note.setting) + len(note.outline), len(note.characters) + len(note.places) + len(note.title)


def _tag(language: str) -> str:
    """A BCP 47 tag out of what somebody wrote for a language, such as `pt-BR` or `German`; empty if it is none."""
    said = clean_line(language, limit=40).strip()
    named = next((tag for tag, name in LANGUAGES.items() if name.casefold() == said.casefold()), "")
    return named or (said if _TAG.fullmatch(said) else "")


def _written(text: str) -> str:
    """The language that a text's script gives away; empty for Latin letters."""
    small = text.casefold()
    return next((tag for tag, script in _SCRIPTS if len(script.findall(small)) * 4 >= len(small.split())), "")


def _banned(tag: str) -> str:
    """A word on names for languages in which these are given."""
    return "" if _in_other_letters(tag) else f"; none of {', '.join(BANNED_NAMES)}"


def _in_other_letters(tag: str) -> bool:
    return tag.partition("-")[0].casefold() in dict(_SCRIPTS)


def _without_slots(value: object) -> object:
    """A reply without braces in its texts."""
    match value:
        case str():
            return value.translate(_NO_SLOTS)
        case list():
            return [_without_slots(part) for part in value]
        case dict():
            return {key: _without_slots(part) for key, part in value.items()}
        case _:
            return value


def _line(text: str) -> str:
    return clean_line(text, limit=_MAX_LINE)


def _setting(note: WorldNote, wish: str) -> str:
    """The setting; one that says too little goes on with the rest of what is known."""
    told = note.setting
    known = (note.protagonist, note.summary, f"The story is about this, in the reader's own words: {wish}")
    for more in known:
        if words(told) >= _MIN_SETTING_WORDS and len(told) >= _SHORTEST_SETTING:
            break
        told = f"{told} {more}".strip()
    return told


def _style(note: StyleNote) -> Style:
    tense = "past" if note.tense.casefold() == "past" else "present"
    tone, avoid = (tuple(map(_line, texts[:_MOST])) for texts in (note.tone, note.avoid))
    return Style(tense=tense, tone=tone, avoid=avoid, sample=note.sample)


def _outline(steps: list[str]) -> tuple[Beat, ...]:
    told = steps[:_MOST_BEATS] if len(steps) >= _MIN_BEATS else _OUTLINE
    return tuple(Beat(f"beat-{number}", summary) for number, summary in enumerate(told, start=1))


def _characters(notes: list[PersonNote]) -> tuple[Character, ...]:
    people = identified(notes, lambda note: _line(note.name), most=_MOST, stem="person")
    return tuple(_character(key, note) for key, note in people)


def _character(key: str, note: PersonNote) -> Character:
    said = _pronouns(note.pronouns)
    return Character(
        key,
        _line(note.name),
        role=_line(note.role),
        description=note.description,
        voice=note.voice,
        goals=tuple(note.goals[:2]),
        secrets=(note.secret,) if note.secret.casefold().rstrip(".。") not in _NOTHING else (),
        they=said.they,
        them=said.them,
        their=said.their,
    )


def _pronouns(text: str) -> Pronouns:
    """The English ones for what was said in any language, in however many forms."""
    word = re.split(r"[\s,;(（，、]", text.strip(" ()（）"))[0]
    return Pronouns.parse("/".join(word.split("/")[:2]))


def _places(notes: list[PlaceNote]) -> tuple[Place, ...]:
    places = identified(notes, lambda note: _line(note.name), most=_MOST, stem="place")
    return tuple(Place(key, _line(note.name), note.description) for key, note in places)


def _threads(notes: list[SeedNote]) -> tuple[ThreadSeed, ...]:
    """Under ids that a model can repeat: the first few words; where they are not in Latin letters, a number."""
    said = [note for note in notes if note.setup][:_MOST_THREADS]
    named = identified(said, lambda note: _first_words(note.setup) or f"thread {said.index(note) + 1}", most=len(said))
    return tuple(ThreadSeed(key, note.setup, note.payoff) for key, note in named)


def _first_words(text: str) -> str:
    first = " ".join(re.findall(r"\w+", text)[:_WORDS_OF_ID])
    return first if re.search(r"[A-Za-z]", first) else ""


def _endings(notes: list[EndingNote]) -> tuple[Ending, ...]:
    endings = identified(notes, lambda note: _line(note.title), most=_MOST_THREADS, stem="ending")
    return tuple(Ending(key, _line(note.title), condition=note.condition) for key, note in endings)
