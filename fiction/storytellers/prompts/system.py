"""The system message: the rules of telling, the world in short, and the reader. It stays the same through a story."""

import re
from collections.abc import Iterable, Sequence

from fiction.story.reader import ReaderProfile, StorySettings
from fiction.story.world import World
from fiction.storytellers.prompts.templates import fenced, language_name, mark_of, prompt
from fiction.storytellers.prompts.token_budget import TokenBudget
from fiction.text.sanitise import clean_line
from fiction.text.tokens import clip, estimate

_MAX_LISTED = 10
_LEAST = 30
"""Tokens under which a shortened paragraph is not worth its place."""
_CAST = 0.28
_PLACES = 0.13
"""Shares of the room."""
_CLAUSE = re.compile(r"[,;，；(].*", re.DOTALL)
_WHOLE = re.compile(r".+", re.DOTALL)
_MAX_ITEM = 80
"""Characters of each thing to avoid."""
_MAX_LIMITS = 400
"""Characters of each list of what must never come or stays off-stage."""


def render_system(world: World, reader: ReaderProfile, settings: StorySettings, room: TokenBudget) -> str:
    """Rules, world, reader. Depends on nothing that changes from turn to turn, so that servers keep it cached."""
    bible = "\n".join(_bible(world, reader, settings, room.bible))
    mark = mark_of(world.id, bible)
    return prompt(
        "system",
        language=language_of(world, reader),
        person=clean_line(world.style.person, limit=20),
        tense=_tense(world, reader),
        manner=_manner(world, reader),
        banned=_listed("; never ", world.banned_names),
        avoid=_listed("; ", world.style.avoid),
        limits=_limits(world, reader),
        mark=mark,
        bible=fenced(bible, mark),
    )


def _tense(world: World, reader: ReaderProfile) -> str:
    """Chinese has none."""
    tense = clean_line(world.style.tense, limit=20)
    return "" if _primary(world, reader) == "zh" or not tense else f", {tense} tense"


def _manner(world: World, reader: ReaderProfile) -> str:
    """What goes without saying in English."""
    match _primary(world, reader):
        case "en":
            return ""
        case "zh":
            return ": no needless pronouns, no chains of 的, “” for speech"
        case _:
            return "; the reader is addressed in the familiar form; quotation marks are the language's own"


def _primary(world: World, reader: ReaderProfile) -> str:
    return (reader.language or world.language or "en").split("-")[0].lower()


def language_of(world: World, reader: ReaderProfile) -> str:
    """In which language this story is told, by its English name."""
    return language_name(clean_line(reader.language or world.language, limit=40))


def _bible(world: World, reader: ReaderProfile, settings: StorySettings, tokens: int) -> Iterable[str]:
    """Paragraphs about the world, the weightiest first, as many as there is room for."""
    left = tokens
    for heading, text, share in _paragraphs(world, reader, settings, tokens):
        allowed = min(left, max(24, int(tokens * share)))
        if not text or allowed < min(_LEAST, estimate(text)):
            continue
        paragraph = f"{heading}: {clip(' '.join(text.split()), allowed)}"
        left -= estimate(paragraph)
        yield paragraph


def _paragraphs(
    world: World, reader: ReaderProfile, settings: StorySettings, tokens: int
) -> Iterable[tuple[str, str, float]]:
    """Heading, text, and the greatest share of the room that it may take."""
    style = world.style
    yield "World", f"{world.title}. {world.summary or settings.premise}", 0.2
    yield "Setting", world.setting, 0.34
    yield "The protagonist", world.protagonist.replace("{you}", reader.name or "the protagonist"), 0.2
    yield "The reader as protagonist", _reader(reader), 0.25
    yield "Tone", ", ".join(style.tone), 0.1
    yield "People", _people(world, int(tokens * _CAST)), 0.3
    yield "Places", "; ".join(place.name for place in world.places), _PLACES
    yield "Voice of this world, as an example", style.sample, 0.3


def _people(world: World, tokens: int) -> str:
    """Everybody by name, with as much of what they are as there is room for: a name left out would be invented anew."""
    roles = [character.role for character in world.characters]
    for cut in (_CLAUSE, _WHOLE):
        for at in reversed(range(len(roles))):
            if estimate(_listed_people(world, roles)) <= tokens:
                break
            roles[at] = cut.sub("", roles[at])
    return _listed_people(world, roles)


def _listed_people(world: World, roles: Sequence[str]) -> str:
    people = zip(world.characters, roles, strict=True)
    return "; ".join(f"{person.name}, {role}" if role else person.name for person, role in people)


def _reader(reader: ReaderProfile) -> str:
    parts = [
        f"named {reader.name}" if reader.name else "",
        f"others say {reader.pronouns.told}" if reader.pronouns.told else "",
        reader.about,
        f"enjoys {', '.join(reader.likes)}" if reader.likes else "",
        f"reads at the level of {reader.reading_level}" if reader.reading_level else "",
    ]
    return "; ".join(part for part in parts if part)


def _limits(world: World, reader: ReaderProfile) -> str:
    """What the reader and the pack's author rule out, as rules; empty where nothing is."""
    never, veiled = (*reader.lines, *world.safety.never), reader.veils
    rules = []
    if never:
        rules.append(
            f"- Not part of this story, not even as a mention: {clean_line('; '.join(never), limit=_MAX_LIMITS)}."
        )
    if veiled:
        rules.append(
            f"- Happens off-stage only, cut away before it: {clean_line('; '.join(veiled), limit=_MAX_LIMITS)}."
        )
    if world.safety.rating == "everyone":
        rules.append("- Fit for readers of every age.")
    return "\n".join(rules) + "\n" if rules else ""


def _listed(before: str, items: tuple[str, ...]) -> str:
    found = ", ".join(clean_line(item, limit=_MAX_ITEM) for item in items[:_MAX_LISTED])
    return f"{before}{found}" if found else ""
