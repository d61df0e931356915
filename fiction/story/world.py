"""A world as the game knows it: what a pack supplies, validated and clean. Made by `packs`, read by everybody."""

from dataclasses import dataclass

from fiction.story.plan import Approach
from fiction.story.storylets import Effect, Quality, Storylet, StoryletPlan


@dataclass(frozen=True, slots=True)
class Style:
    """How the world wants to be told."""

    person: str = "second"
    tense: str = "present"
    tone: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    sample: str = ""
    """A few sentences in the world's voice."""
    passage_words: int = 120


@dataclass(frozen=True, slots=True)
class Safety:
    """What the author promises about the content."""

    rating: str = "teen"
    """`everyone`, `teen` or `mature`."""
    content_warnings: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody who lives in the world."""

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
    """Somewhere a scene can be."""

    id: str
    name: str
    description: str = ""
    exits: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A thing that matters."""

    id: str
    name: str
    description: str = ""
    place: str = ""
    held_by: str = ""


@dataclass(frozen=True, slots=True)
class Faction:
    """People who want the same thing."""

    id: str
    name: str
    description: str = ""
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lore:
    """Something that is so, told to the storyteller when one of its keywords comes up."""

    id: str
    keywords: tuple[str, ...]
    text: str
    always: bool = False
    priority: int = 50
    secret: bool = False
    """The reader must not be told outright."""


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
    """A thread that the pack declares, so that storylets can open and pay it by id."""

    id: str
    setup: str
    payoff: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """A way into the world: the first passage and, where the pack has them, the first plans."""

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
    """What the opening offers, with outcomes; none where the storyteller is to make them."""
    effects: tuple[Effect, ...] = ()
    threads: tuple[str, ...] = ()
    """Ids of the threads that this opening opens."""


@dataclass(frozen=True, slots=True)
class EpilogueLine:
    """A sentence or two of the epilogue that remembers something the reader did."""

    when: str
    text: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Ending:
    """A way the story can come out."""

    id: str
    title: str
    when: str = ""
    """Which story it follows from, as an expression (see `story.conditions`); empty is always possible."""
    condition: str = ""
    """The same in words, for the model storyteller."""
    tone: str = "open"
    """`good`, `bitter`, `bad` or `open`."""
    priority: int = 0
    """Among endings that fit, the greatest wins."""
    bodies: tuple[str, ...] = ()
    """Whole variants of the last passage."""


@dataclass(frozen=True, slots=True)
class World:
    """Everything a pack supplies."""

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
    """Who the reader is in this world."""
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
    """What comes of an act that the reader wrote and no plan covers, by approach: whole variants with `{act}`."""
    callbacks: tuple[str, ...] = ()
    """Sentences with `{recollection}` that bring something back in this world's voice."""
