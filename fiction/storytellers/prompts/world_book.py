"""The world as it stands in the system message: all of it where there is room, else its outline and who is who.

What does not fit is left out whole and comes up in a turn's own message when it is called for (see `lorebook`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fiction.story.reader import ReaderProfile, StorySettings
from fiction.story.world import Character, World
from fiction.storytellers.prompts.lorebook import Kind, LoreEntry, entries_of
from fiction.text.tokens import clip, estimate

_LEAST = 30
"""Tokens under which a shortened paragraph is not worth its place."""
_LISTED_PEOPLE, _LISTED_PLACES = 0.28, 0.13
"""Shares of the room for who is who and what is where, if there is none for what they are like."""
_HEADING, _BETWEEN = 12, 1
_CLAUSE = re.compile(r"[,;，；(].*", re.DOTALL)
_WHOLE = re.compile(r".+", re.DOTALL)
_PEOPLE, _PLACES, _THINGS = "People", "Places", "Things and houses of this world"
_LORE, _SECRET = "What is so here", "What is so and hidden; for you alone, until the story brings it out"
_MORE = "More of what is so here"
_COURSE = "The course that this world's author has in mind; for you alone"
_THREADS = "What runs through it; some of it comes up later"
_ENDINGS = "How it may end; for you alone"


@dataclass(frozen=True, slots=True)
class WorldBook:
    """A world's text for the system message."""

    text: str
    entries: frozenset[str]
    """The lorebook's entries that stand in it, whole."""
    course: bool
    """Outline and endings stand in it, whole."""


def world_book(world: World, reader: ReaderProfile, settings: StorySettings, tokens: int) -> WorldBook:
    """The world within `tokens` by our estimate. The same for a whole story, so that servers keep it cached."""
    page = _Page(tokens)
    who = f"{_PEOPLE}: {_listed_people(world, int(tokens * _LISTED_PEOPLE))}" if world.characters else ""
    where = clip("; ".join(place.name for place in world.places), int(tokens * _LISTED_PLACES))
    where = f"{_PLACES}: {where}" if where else ""
    for paragraph in _described(world, reader, settings, tokens - estimate(who) - estimate(where) - _BETWEEN):
        page.add(paragraph)
    entries = list(entries_of(world))
    reserved = estimate(where) + _BETWEEN
    if not page.take(_PEOPLE, [entry for entry in entries if entry.kind is Kind.PERSON], leave=reserved):
        page.add(who)
    course = page.add_whole(_course(world), leave=reserved)
    page.take(_LORE, [entry for entry in entries if entry.lore.always and not entry.lore.secret], leave=reserved)
    page.take(_SECRET, [entry for entry in entries if entry.lore.secret], leave=reserved)
    if not page.take(_PLACES, [entry for entry in entries if entry.kind is Kind.PLACE]):
        page.add(where)
    page.take(_THINGS, [entry for entry in entries if entry.kind is Kind.THING])
    page.take_fitting(_MORE, [entry for entry in entries if entry.kind is Kind.LORE])
    return WorldBook("\n\n".join(page.paragraphs), frozenset(page.entries), course)


class _Page:
    """Paragraphs, as many as there is room for."""

    def __init__(self, tokens: int) -> None:
        self.left = tokens
        self.paragraphs: list[str] = []
        self.entries: list[str] = []

    def add(self, paragraph: str) -> None:
        """Take a paragraph that was made to fit."""
        if paragraph:
            self.paragraphs.append(paragraph)
            self.left -= estimate(paragraph) + _BETWEEN

    def add_whole(self, paragraph: str, *, leave: int = 0) -> bool:
        """Take a paragraph if there is room for it beside the tokens to `leave`; whether there was."""
        fits = estimate(paragraph) + _BETWEEN <= self.left - leave
        if fits:
            self.add(paragraph)
        return fits

    def take(self, heading: str, entries: Sequence[LoreEntry], *, leave: int = 0) -> bool:
        """Take all entries if there is room for them beside the tokens to `leave`; whether there was."""
        fits = self.add_whole(_section(heading, [entry.told for entry in entries]), leave=leave)
        self.entries += [entry.told for entry in entries] if fits else []
        return fits

    def take_fitting(self, heading: str, entries: Sequence[LoreEntry]) -> None:
        """Take those entries that are not there yet and fit whole, those of the highest priority first."""
        left, kept = self.left - _HEADING, list[LoreEntry]()
        for entry in sorted(entries, key=lambda entry: -entry.lore.priority):
            cost = estimate(entry.told) + 1
            if entry.told not in self.entries and cost <= left:
                kept.append(entry)
                left -= cost
        self.take(heading, kept)


def _described(world: World, reader: ReaderProfile, settings: StorySettings, tokens: int) -> Iterable[str]:
    """Paragraphs about the world as a whole, the weightiest first, as many as there is room for."""
    left = tokens
    for heading, text, share in _paragraphs(world, reader, settings):
        allowed = min(left, max(24, int(tokens * share)))
        if not text or allowed < min(_LEAST, estimate(text)):
            continue
        paragraph = f"{heading}: {clip(' '.join(text.split()), allowed)}"
        left -= estimate(paragraph) + _BETWEEN
        yield paragraph


def _paragraphs(world: World, reader: ReaderProfile, settings: StorySettings) -> Iterable[tuple[str, str, float]]:
    """Heading, text, and the greatest share of the room that it may take."""
    style = world.style
    yield "World", f"{world.title}. {world.summary or settings.premise}", 0.2
    yield "Setting", world.setting, 0.34
    yield "The protagonist", world.protagonist.replace("{you}", reader.name or "the protagonist"), 0.2
    yield "The reader as protagonist", _reader(reader), 0.25
    yield "Tone", ", ".join(style.tone), 0.1
    yield "Voice of this world, as an example", style.sample, 0.3


def _reader(reader: ReaderProfile) -> str:
    parts = [
        f"named {reader.name}" if reader.name else "",
        f"others say {reader.pronouns.told}" if reader.pronouns.told else "",
        reader.about,
        f"enjoys {', '.join(reader.likes)}" if reader.likes else "",
        f"reads at the level of {reader.reading_level}" if reader.reading_level else "",
    ]
    return "; ".join(part for part in parts if part)


def _section(heading: str, texts: Sequence[str]) -> str:
    return "\n".join((f"{heading}:", *(f"- {text}" for text in texts))) if texts else ""


def _course(world: World) -> str:
    """Outline, threads and endings."""
    steps = [f"{number}. {' '.join(beat.summary.split())}" for number, beat in enumerate(world.outline, start=1)]
    outline = "\n".join((f"{_COURSE}:", *steps)) if steps else ""
    threads = [f"{seed.setup} (settled by: {seed.payoff})" if seed.payoff else seed.setup for seed in world.threads]
    endings = [f"{end.title}, if {end.condition}" if end.condition else end.title for end in world.endings]
    return "\n\n".join(filter(None, (outline, _section(_THREADS, threads), _section(_ENDINGS, endings))))


def _listed_people(world: World, tokens: int) -> str:
    """Everybody by name, with as much of what they are as there is room for: a name left out would be invented anew."""
    roles = [character.role for character in world.characters]
    for cut in (_CLAUSE, _WHOLE):
        for at in reversed(range(len(roles))):
            if estimate(_listed(world.characters, roles)) <= tokens:
                break
            roles[at] = cut.sub("", roles[at])
    return _listed(world.characters, roles)


def _listed(people: Sequence[Character], roles: Sequence[str]) -> str:
    told = zip(people, roles, strict=True)
    return "; ".join(f"{person.name}, {role}" if role else person.name for person, role in told)
