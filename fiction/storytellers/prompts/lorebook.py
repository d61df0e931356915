"""What the storyteller is told of the world in one turn: the entries that come up, those the plan calls for first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from fiction.story.reader import Pronouns
from fiction.story.world import Character, Lore, World
from fiction.text.mentions import is_named, occurring, occurs, short_forms

__all__ = ["about_character", "lore_for", "occurring", "people_called"]

_PEOPLE, _THINGS, _PLACES, _FACTIONS = 60, 45, 40, 35
"""Where cast and things stand among a pack's own entries, whose priority is 50 unless it says otherwise."""
_ALWAYS, _UNCALLED = 3, 4
"""Where an entry stands that neither plan, last passage nor memory calls for."""
_STOP = re.compile(r"[.!?…。！？][\"”’'»」』）)\]]*\Z")
_WIDE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]\Z")
_GENDERED = re.compile(r"\b(?:she|her|hers|he|him|his)\b", re.IGNORECASE)


class Kind(Enum):
    """What an entry is about."""

    LORE = auto()
    PERSON = auto()
    PLACE = auto()
    THING = auto()
    """An item or a faction."""


@dataclass(frozen=True, slots=True)
class LoreEntry:
    """Something to tell, and what it is called by."""

    lore: Lore
    kind: Kind = Kind.LORE
    name: str = ""
    """Of somebody or something; the pack's own entries have keywords only."""
    forms: tuple[str, ...] = ()

    def called(self, text: str) -> bool:
        """Whether a text speaks of it."""
        if self.name:
            return is_named(self.name, self.forms, text)
        return any(occurs(word, text) for word in self.lore.keywords)

    @property
    def person(self) -> bool:
        """Whether it is about somebody of the cast."""
        return self.kind is Kind.PERSON

    @property
    def told(self) -> str:
        """As it stands in a prompt."""
        text = " ".join(self.lore.text.split())
        return f"(not to be told outright) {text}" if self.lore.secret else text


def lore_for(world: World, plan: str, last: str = "", memory: str = "") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The entries that are called for, and those of the cast that are not, as sentences.

    First come those that the plan calls for, people before things, so that whom it turns to can answer in their own
    voice; then those of the last passage, then those of the memory, then `always` ones that nothing calls for; among
    equals by priority, then in the pack's order. The others stand in a prompt that has room for them: who else there
    is helps a storyteller to bring somebody in.
    """
    placed = [(_place(entry, (plan, last, memory)), entry) for entry in entries_of(world)]
    wanted = [(place, entry) for place, entry in placed if place < _UNCALLED]
    wanted.sort(key=lambda each: (each[0], not (each[0] == 0 and each[1].person), -each[1].lore.priority))
    others = (entry.told for place, entry in placed if place == _UNCALLED and entry.person)
    return tuple(entry.told for _, entry in wanted), tuple(others)


def people_of(world: World) -> tuple[str, ...]:
    """What there is to know of each of the cast."""
    return tuple(entry.told for entry in entries_of(world) if entry.person)


def people_called(world: World, plan: str) -> tuple[str, ...]:
    """What there is to know of those of the cast that a plan names."""
    return tuple(entry.told for entry in entries_of(world) if entry.person and entry.called(plan))


def about_character(character: Character, *, language: str = "en") -> str:
    """All that the storyteller should know of somebody, in one paragraph, what a scene needs most first.

    Name, pronouns and role are a sentence of their own, which outlives any shortening. `language` is the world's: in
    others than English an undecided `they` is left to the texts.
    """
    told = _pronouns(character, language)
    parts = (
        (f"{character.name} ({told})" if told else character.name) + (f", {character.role}" if character.role else ""),
        f"Speech: {character.voice}" if character.voice else "",
        f"Wants: {_listed(character.goals)}" if character.goals else "",
        f"Secret, not to be told outright: {_listed(character.secrets)}" if character.secrets else "",
        character.description,
    )
    return " ".join(_stopped(part.strip()) for part in parts if part.strip())


def _pronouns(character: Character, language: str) -> str:
    """As one says them; nothing where nobody chose, which a pack can't tell from singular they."""
    said = Pronouns(character.they, character.them, character.their)
    if said.told or language.partition("-")[0].casefold() != "en":
        return said.told
    texts = (character.role, character.description, character.voice, *character.goals, *character.secrets)
    return "" if any(map(_GENDERED.search, texts)) else f"{said.they}/{said.them}"


def _listed(texts: tuple[str, ...]) -> str:
    return "; ".join(text.strip().rstrip(".。") for text in texts)


def _stopped(text: str) -> str:
    """The text as a sentence: with one stop at its end, and that of its script."""
    if _STOP.search(text):
        return text
    return f"{text}。" if _WIDE.search(text) else f"{text}."


def _place(entry: LoreEntry, texts: tuple[str, ...]) -> int:
    """0 where the plan calls for it, 1 the last passage, 2 the memory; else whether it always stands in the prompt."""
    uncalled = _ALWAYS if entry.lore.always else _UNCALLED
    return next((at for at, text in enumerate(texts) if entry.called(text)), uncalled)


def entries_of(world: World) -> Iterator[LoreEntry]:
    """The pack's own entries, the cast, and things."""
    for lore in world.lore:
        yield LoreEntry(lore)
    forms = short_forms(_names(world))
    for character in world.characters:
        text = about_character(character, language=world.language)
        lore = Lore(character.id, (), text, priority=_PEOPLE)
        yield LoreEntry(lore, Kind.PERSON, character.name, forms[character.name])
    for kind, name, text, priority in _things(world):
        yield LoreEntry(Lore(name, (), text, priority=priority), kind, name, forms[name])


def _names(world: World) -> tuple[str, ...]:
    named = (world.characters, world.items, world.places, world.factions)
    return tuple(thing.name for things in named for thing in things)


def _things(world: World) -> Iterator[tuple[Kind, str, str, int]]:
    holders = {character.id: character.name for character in world.characters}
    for item in world.items:
        held = f" {holders[item.held_by]} has it." if item.held_by in holders else ""
        if item.description or held:
            yield Kind.THING, item.name, f"{item.name}: {item.description}{held}", _THINGS
    for place in world.places:
        if place.description:
            yield Kind.PLACE, place.name, f"{place.name}: {place.description}", _PLACES
    for faction in world.factions:
        if faction.description:
            yield Kind.THING, faction.name, f"{faction.name}: {faction.description}", _FACTIONS
