"""The system message: the rules of telling, the world, and the reader. It stays the same through a story."""

from dataclasses import dataclass
from functools import lru_cache

from fiction.story.reader import ReaderProfile, StorySettings
from fiction.story.world import World
from fiction.storytellers.prompts.templates import fenced, language_name, mark_of, prompt
from fiction.storytellers.prompts.token_budget import TokenBudget
from fiction.storytellers.prompts.world_book import WorldBook, world_book
from fiction.text.sanitise import clean_line

_MAX_LISTED = 10
_MAX_ITEM = 80
"""Characters of each thing to avoid."""
_MAX_LIMITS = 400
"""Characters of each list of what must never come or stays off-stage."""


@dataclass(frozen=True, slots=True)
class SystemMessage:
    """The first message of every prompt of a story."""

    text: str
    mark: str
    """What fences the texts of others in it, and in the messages after it."""
    book: WorldBook


@lru_cache(maxsize=8)
def render_system(world: World, reader: ReaderProfile, settings: StorySettings, room: TokenBudget) -> SystemMessage:
    """Rules, world, reader. Depends on nothing that changes from turn to turn, so that servers keep it cached."""
    book = world_book(world, reader, settings, room.world)
    mark = mark_of(world.id, book.text)
    text = prompt(
        "system" if room.notes_in_system else "system_brief",
        language=language_of(world, reader),
        person=clean_line(world.style.person, limit=20),
        tense=_tense(world, reader),
        manner=_manner(world, reader),
        banned=_listed("; never ", world.banned_names),
        avoid=_listed("; ", world.style.avoid),
        limits=_limits(world, reader),
        mark=mark,
        world=fenced(book.text, mark),
        notes=notes_format(world, reader, room) if room.notes_in_system else "",
    )
    return SystemMessage(text.strip(), mark, book)


def notes_format(world: World, reader: ReaderProfile, room: TokenBudget) -> str:
    """What the notes on a passage are, key by key; the same for a whole story."""
    said = room.measure.said
    return prompt(
        "notes",
        language=language_of(world, reader),
        label=said(12),
        stake=said(8),
        brief=said(45),
        words=said(room.memory_words),
        sentences=str(room.memory_sentences),
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
