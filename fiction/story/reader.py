"""Who reads, how they like their stories, and what kind of story this one is to be."""

from dataclasses import dataclass, field
from enum import StrEnum

from fiction.story.plan import Approach


class Length(StrEnum):
    """How long a passage should be."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"

    @property
    def words(self) -> tuple[int, int]:
        """The least and the greatest number of words of a passage."""
        match self:
            case Length.SHORT:
                return (60, 100)
            case Length.MEDIUM:
                return (90, 160)
            case Length.LONG:
                return (160, 260)


@dataclass(frozen=True, slots=True)
class Pronouns:
    """How others in the story speak of the reader."""

    they: str = "they"
    them: str = "them"
    their: str = "their"

    @classmethod
    def parse(cls, text: str) -> "Pronouns":
        """From `she/her`, `he/him/his` and the like; anything else is singular they."""
        known = {
            "she": cls("she", "her", "her"),
            "he": cls("he", "him", "his"),
            "they": cls(),
            "it": cls("it", "it", "its"),
        }
        parts = [part.strip().lower() for part in text.split("/") if part.strip()]
        if len(parts) >= 3:
            return cls(parts[0], parts[1], parts[2])
        return known.get(parts[0], cls()) if parts else cls()

    def __str__(self) -> str:
        return f"{self.they}/{self.them}/{self.their}"


@dataclass(frozen=True, slots=True)
class ReaderProfile:
    """The reader, as they chose to be known. Carries over to every story."""

    name: str = ""
    pronouns: Pronouns = Pronouns()
    about: str = ""
    """Who the protagonist is, in the reader's words; may be empty."""
    likes: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    """What must never come, not even be mentioned."""
    veils: tuple[str, ...] = ()
    """What may happen, but off-stage."""
    language: str = ""
    """BCP 47; empty takes the world's."""
    reading_level: str = ""
    passage_length: Length = Length.MEDIUM
    leanings: tuple[tuple[Approach, float], ...] = ()
    """Learned: how much more often an approach is chosen than it is offered, about 1.0 when neither."""


ENDLESS = 0


@dataclass(frozen=True, slots=True)
class StorySettings:
    """The contract of one story."""

    opening: str = ""
    """Id of the world's opening; empty takes the first."""
    turns: int = 20
    """About how many turns it takes to an ending; ENDLESS (0) for no end in view."""
    seed: int = 0
    """With the same world, seed and choices the offline storyteller tells the same story."""
    storyteller: str = "offline"
    """`offline`, `model`, or `model:NAME` for a server that the settings name."""
    premise: str = ""
    """The reader's sentence, for a story without a pack."""
    recent_passages: int = 2
    """How many passages the prompt holds verbatim."""
    budget: int = 4096
    """Tokens of a whole turn, reply included."""


@dataclass(frozen=True, slots=True)
class StoryRecord:
    """What a save says about its story."""

    uuid: str
    title: str
    world_id: str
    world_version: str
    world_text: str = field(repr=False)
    """The whole pack, as it was when the story began."""
    reader: ReaderProfile = ReaderProfile()
    settings: StorySettings = StorySettings()
    created: int = 0
    """Unix time in milliseconds."""
    updated: int = 0
    world_title: str = ""
    """For lists of saves; empty where nobody said."""
