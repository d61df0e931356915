"""A world: the content of a pack, validated and clean. Made by `packs`, read by everybody."""

from dataclasses import dataclass

from fiction.story.plan import Approach
from fiction.story.storylets import Effect, Quality, Storylet, StoryletPlan


@dataclass(frozen=True, slots=True)
class Style:
    """Rules for telling this world."""

    person: str = "second"
    tense: str = "present"
    tone: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    sample: str = ""
    """A few sentences in the world's voice."""
    passage_words: int = 120


@dataclass(frozen=True, slots=True)
class Safety:
    """The author's promises about the content."""

    rating: str = "teen"
    """`everyone`, `teen` or `mature`."""
    content_warnings: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Character:
    """A character of the world."""

    id: str
    name: str
    role: str = ""
    description: str = ""
    voice: str = ""
    goals: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    place: str = ""
    faction: str = ""
    tags: tuple[str, ...] = ()
    they: str = "they"
    them: str = "them"
    their: str = "their"


@dataclass(frozen=True, slots=True)
class Place:
    """A place for scenes."""

    id: str
    name: str
    description: str = ""
    exits: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """An object that matters to the story."""

    id: str
    name: str
    description: str = ""
    place: str = ""
    held_by: str = ""


@dataclass(frozen=True, slots=True)
class Faction:
    """A group with a common aim."""

    id: str
    name: str
    description: str = ""
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lore:
    """A piece of background, put into the prompt when one of its keywords comes up."""

    id: str
    keywords: tuple[str, ...]
    text: str
    always: bool = False
    priority: int = 50
    secret: bool = False
    """Not to be told to the reader outright."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A step of the outline."""

    id: str
    summary: str
    act: int = 0
    """0 where the outline is not divided into acts."""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """A part of the story."""

    title: str
    summary: str = ""
    share: float = 0.0
    """Its share of the story's length; shares are normed to 1."""


@dataclass(frozen=True, slots=True)
class ThreadSeed:
    """A thread declared by the pack, so that storylets can open and pay it by id."""

    id: str
    setup: str
    payoff: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """A beginning: the first passage and, where the pack has them, the first plans."""

    id: str
    title: str
    text: str
    """The first passage, told as it stands."""
    summary: str = ""
    """One sentence for the world page."""
    place: str = ""
    memory: str = ""
    """The short-term memory to start with; empty takes the setting's and the passage's first sentences."""
    plans: tuple[StoryletPlan, ...] = ()
    """The first plans, with outcomes; empty where the storyteller is to make them."""
    effects: tuple[Effect, ...] = ()
    threads: tuple[str, ...] = ()
    """Ids of the threads that this opening opens."""


@dataclass(frozen=True, slots=True)
class EpilogueLine:
    """A sentence or two of the epilogue about something the reader did."""

    when: str
    text: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Ending:
    """A possible ending of the story."""

    id: str
    title: str
    when: str = ""
    """Its condition, as an expression (see `story.conditions`); empty for always."""
    condition: str = ""
    """The same in words, for the model storyteller."""
    tone: str = "open"
    """`good`, `bitter`, `bad` or `open`."""
    priority: int = 0
    """Of several endings that fit, the one of the greatest priority is taken."""
    bodies: tuple[str, ...] = ()
    """Whole variants of the last passage."""


@dataclass(frozen=True, slots=True)
class World:
    """The whole content of a pack."""

    id: str
    version: str
    title: str
    summary: str
    setting: str
    authors: tuple[str, ...] = ()
    license: str = ""
    language: str = "en"
    genre: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    cover: str = ""
    """ASCII art, at most 60 columns and 16 lines."""
    protagonist: str = ""
    """The reader's part in this world."""
    homepage: str = ""
    fiction_minimum: str = ""
    safety: Safety = Safety()
    style: Style = Style()
    banned_names: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()
    outline: tuple[Beat, ...] = ()
    characters: tuple[Character, ...] = ()
    places: tuple[Place, ...] = ()
    items: tuple[Item, ...] = ()
    factions: tuple[Faction, ...] = ()
    lore: tuple[Lore, ...] = ()
    threads: tuple[ThreadSeed, ...] = ()
    openings: tuple[Opening, ...] = ()
    endings: tuple[Ending, ...] = ()
    epilogue: tuple[EpilogueLine, ...] = ()
    qualities: tuple[Quality, ...] = ()
    storylets: tuple[Storylet, ...] = ()
    attempts: tuple[tuple[Approach, tuple[str, ...]], ...] = ()
    """Outcomes of acts that the reader wrote and no plan covers, by approach: variants with `{act}`."""
    callbacks: tuple[str, ...] = ()
    """Sentences with `{recollection}` that recall an earlier event in this world's voice."""
