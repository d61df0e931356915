"""The reader's profile, the settings of a story, and the record of it in a save."""

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
                return (80, 150)
            case Length.MEDIUM:
                return (180, 320)
            case Length.LONG:
                return (350, 600)


@dataclass(frozen=True, slots=True)
class Pronouns:
    """The pronouns of a character or of the reader."""

    they: str = "they"
    them: str = "them"
    their: str = "their"
    chosen: bool = False
    """Somebody chose them; otherwise this is the default, singular they."""

    @classmethod
    def parse(cls, text: str) -> "Pronouns":
        """From `she/her`, `he/him/his` and the like, also in other languages; three words are taken as they are.

        Other text gives the default.
        """
        parts = [part.strip().lower() for part in text.split("/") if part.strip()]
        if len(parts) >= 3:
            return cls(parts[0], parts[1], _DETERMINERS.get(parts[2], parts[2]), chosen=True)
        word = next((english for english, said in _WORDS.items() if parts and parts[0] in said), "")
        if parts[:2] in _MANY:
            word = "they"
        return cls(*_FORMS[word], chosen=True) if word else cls()

    @property
    def told(self) -> str:
        """The usual short form, `she/her`; empty for the default."""
        return f"{self.they}/{self.them}" if self.chosen or self.they != "they" else ""

    def __str__(self) -> str:
        return f"{self.they}/{self.them}/{self.their}"


_FORMS = {
    "she": ("she", "her", "her"),
    "he": ("he", "him", "his"),
    "they": ("they", "them", "their"),
    "it": ("it", "it", "its"),
}
_SAID = {
    "she": "she sie elle ella lei ela ea zij ze hon hun ona она вона εκείνη αυτή 她 彼女 그녀 היא هي weiblich 女",
    "he": "he er il él lui ele el hij han on он він εκείνος αυτός 他 彼 그 הוא هو männlich 男",
    "they": "they dey iel hen hän hin xier они 他们 她们 ta",
    "it": "it es het det оно 它",
}
"""Their equivalents in other languages, by first form."""
_WORDS = {english: frozenset(said.split()) for english, said in _SAID.items()}
_MANY = (["sie", "ihnen"], ["sie", "deren"])
_DETERMINERS = {"hers": "her", "theirs": "their"}
"""Possessives that stand alone, which people often name instead."""


@dataclass(frozen=True, slots=True)
class ReaderProfile:
    """The reader as they chose to be known, for every story."""

    name: str = ""
    pronouns: Pronouns = Pronouns()
    about: str = ""
    """Who the protagonist is, in the reader's words; may be empty."""
    likes: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    """Content that must never come, not even be mentioned."""
    veils: tuple[str, ...] = ()
    """Content that may happen, but off-stage."""
    language: str = ""
    """BCP 47; empty takes the world's."""
    reading_level: str = ""
    passage_length: Length = Length.MEDIUM
    leanings: tuple[tuple[Approach, float], ...] = ()
    """Learned: how often an approach is chosen against how often it is offered; about 1.0 for no leaning."""


ENDLESS = 0
TIERS = (4096, 8192, 16_384, 32_768)
"""Tokens that a whole turn may take, reply included: the greatest that a server's context holds."""
USUAL_TIER = 16_384
"""The greatest that is taken where nobody asked for more."""


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
    """Number of passages that the prompt holds verbatim."""
    budget: int = 0
    """Tokens of a whole turn, reply included; 0 goes by the server's context (see `tokens`)."""

    def tokens(self, context: int = USUAL_TIER) -> int:
        """Tokens of a whole turn, where the server's context has so many: what was asked for, or the largest tier."""
        if self.budget:
            return min(self.budget, context)
        return max((tier for tier in TIERS if tier <= min(context, USUAL_TIER)), default=context)


@dataclass(frozen=True, slots=True)
class StoryRecord:
    """The record of a story in its save."""

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
    """For lists of saves; empty where it is unknown."""
