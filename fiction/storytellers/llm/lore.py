"""What the storyteller is told of the world in one turn: the entries whose keywords come up, the weightiest first."""

import re
from collections.abc import Iterable, Iterator

from fiction.story.world import Character, Lore, World

_ASCII = re.compile(r"[\x00-\u024f]+\Z")
_SHORT_NAME = 3
"""Letters; `The`, `Sir` and `Old` name nobody."""
_PEOPLE, _THINGS, _PLACES, _FACTIONS = 60, 45, 40, 35
"""Where cast and things stand among a pack's own entries, whose priority is 50 unless it says otherwise."""


def lore_for(world: World, plan: str, *texts: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The entries that the texts call for, and those of the cast that they don't, as sentences.

    Called for are those first that the plan names, so that whom it turns to can answer in their own voice; then
    `always` ones, then by priority, then in the pack's order. The others stand in a prompt that has room for them: who
    else there is helps a storyteller to bring somebody in.
    """
    planned, said = plan.casefold(), " ".join((plan, *texts)).casefold()
    cast = tuple(_of_cast(world))
    entries = (*world.lore, *cast, *_of_things(world))
    wanted = [entry for entry in entries if entry.always or _called(entry, said)]
    people = {entry.id for entry in cast}
    wanted.sort(
        key=lambda entry: (
            not (_called(entry, planned) and entry.id in people),
            not _called(entry, planned),
            not entry.always,
            -entry.priority,
        )
    )
    others = (entry for entry in cast if entry not in wanted)
    return tuple(map(_told, wanted)), tuple(map(_told, others))


def people_called(world: World, plan: str) -> tuple[str, ...]:
    """What there is to know of those of the cast that a plan names."""
    said = plan.casefold()
    return tuple(_told(entry) for entry in _of_cast(world) if _called(entry, said))


def about_character(character: Character) -> str:
    """All that the storyteller should know of somebody, in one paragraph, what a scene needs most first."""
    parts = [
        f"{character.name} ({character.they}/{character.them})" + (f", {character.role}" if character.role else ""),
        f"Speech: {character.voice}" if character.voice else "",
        f"Wants: {'; '.join(goal.rstrip('.') for goal in character.goals)}" if character.goals else "",
        character.description,
        f"Secret, not to be told outright: {'; '.join(character.secrets)}" if character.secrets else "",
    ]
    return ". ".join(part.strip().rstrip(".") for part in parts if part.strip()) + "."


def _of_cast(world: World) -> Iterator[Lore]:
    for character in world.characters:
        if character.description or character.voice or character.goals or character.secrets:
            yield Lore(character.id, _names(character.name), about_character(character), priority=_PEOPLE)


def _of_things(world: World) -> Iterator[Lore]:
    holders = {character.id: character.name for character in world.characters}
    for item in world.items:
        held = f" {holders[item.held_by]} has it." if item.held_by in holders else ""
        if item.description or held:
            yield Lore(item.id, _names(item.name), f"{item.name}: {item.description}{held}", priority=_THINGS)
    for kind, priority in ((world.places, _PLACES), (world.factions, _FACTIONS)):
        for thing in kind:
            if thing.description:
                yield Lore(thing.id, _names(thing.name), f"{thing.name}: {thing.description}", priority=priority)


def _names(name: str) -> tuple[str, ...]:
    """A name and those of its words that are names, so that `Imre Vass` comes up with `Imre` and with `Vass`."""
    return (name, *(word for word in name.split() if len(word) > _SHORT_NAME and word[0].isupper()))


def _called(entry: Lore, said: str) -> bool:
    return any(_occurs(word, said) for word in entry.keywords)


def _told(entry: Lore) -> str:
    text = " ".join(entry.text.split())
    return f"(not to be told outright) {text}" if entry.secret else text


def _occurs(word: str, said: str) -> bool:
    """Whether a keyword comes up: as whole words in scripts with spaces, anywhere in others."""
    word = " ".join(word.casefold().split())
    if not word or word not in said:
        return False
    if not _ASCII.match(word):
        return True
    return re.search(rf"(?<!\w){re.escape(word)}(?:e?s)?(?!\w)", said) is not None


def occurring(names: Iterable[str], *texts: str) -> frozenset[str]:
    """Those of the names that the texts mention."""
    said = " ".join(texts).casefold()
    return frozenset(name for name in names if any(_occurs(form, said) for form in _names(name)))
