"""What the storyteller is told of the world in one turn: the entries that come up, those the plan calls for first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class _Entry:
    """Something to tell, and what it is called by."""

    lore: Lore
    name: str = ""
    """Of somebody or something; the pack's own entries have keywords only."""
    forms: tuple[str, ...] = ()
    person: bool = False

    def called(self, text: str) -> bool:
        """Whether a text speaks of it."""
        if self.name:
            return is_named(self.name, self.forms, text)
        return any(occurs(word, text) for word in self.lore.keywords)

    @property
    def told(self) -> str:
        text = " ".join(self.lore.text.split())
        return f"(not to be told outright) {text}" if self.lore.secret else text


def lore_for(world: World, plan: str, last: str = "", memory: str = "") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The entries that are called for, and those of the cast that are not, as sentences.

    First come those that the plan calls for, people before things, so that whom it turns to can answer in their own
    voice; then those of the last passage, then those of the memory, then `always` ones that nothing calls for; among
    equals by priority, then in the pack's order. The others stand in a prompt that has room for them: who else there
    is helps a storyteller to bring somebody in.
    """
    placed = [(_place(entry, (plan, last, memory)), entry) for entry in _entries(world)]
    wanted = [(place, entry) for place, entry in placed if place < _UNCALLED]
    wanted.sort(key=lambda each: (each[0], not (each[0] == 0 and each[1].person), -each[1].lore.priority))
    others = (entry.told for place, entry in placed if place == _UNCALLED and entry.person)
    return tuple(entry.told for _, entry in wanted), tuple(others)


def people_of(world: World) -> tuple[str, ...]:
    """What there is to know of each of the cast."""
    return tuple(entry.told for entry in _entries(world) if entry.person)


def people_called(world: World, plan: str) -> tuple[str, ...]:
    """What there is to know of those of the cast that a plan names."""
    return tuple(entry.told for entry in _entries(world) if entry.person and entry.called(plan))


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


def _place(entry: _Entry, texts: tuple[str, ...]) -> int:
    """0 where the plan calls for it, 1 the last passage, 2 the memory; else whether it always stands in the prompt."""
    uncalled = _ALWAYS if entry.lore.always else _UNCALLED
    return next((at for at, text in enumerate(texts) if entry.called(text)), uncalled)


def _entries(world: World) -> Iterator[_Entry]:
    """The pack's own entries, the cast, and things."""
    for lore in world.lore:
        yield _Entry(lore)
    forms = short_forms(_names(world))
    for character in world.characters:
        if character.description or character.voice or character.goals or character.secrets:
            text = about_character(character, language=world.language)
            yield _Entry(Lore(character.id, (), text, priority=_PEOPLE), character.name, forms[character.name], True)
    for name, text, priority in _things(world):
        yield _Entry(Lore(name, (), text, priority=priority), name, forms[name])


def _names(world: World) -> tuple[str, ...]:
    named = (world.characters, world.items, world.places, world.factions)
    return tuple(thing.name for things in named for thing in things)


def _things(world: World) -> Iterator[tuple[str, str, int]]:
    holders = {character.id: character.name for character in world.characters}
    for item in world.items:
        held = f" {holders[item.held_by]} has it." if item.held_by in holders else ""
        if item.description or held:
            yield item.name, f"{item.name}: {item.description}{held}", _THINGS
    for kind, priority in ((world.places, _PLACES), (world.factions, _FACTIONS)):
        for thing in kind:
            if thing.description:
                yield thing.name, f"{thing.name}: {thing.description}", priority
