"""The schema of a pack's characters, places, items, factions, lore and style, each with its value in the game."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from fiction.packs.schema.fields import Line, Many, PronounsText, Prose, QualityId, Sentence, Short, Slug, Url, Version
from fiction.story import world
from fiction.story.reader import Pronouns
from fiction.story.storylets import Quality


class Part(BaseModel):
    """A mapping in a pack: unknown keys are mistakes, and keys without a value are ignored."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out(cls, data: object) -> object:
        if isinstance(data, dict) and None in data.values():
            known = {field.alias or name for name, field in cls.model_fields.items()}
            return {key: value for key, value in data.items() if value is not None or key not in known}
        return data


class AuthorPart(Part):
    """An author of the pack; a plain string is a name."""

    name: Line
    url: Url = ""


def _author(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


Author = Annotated[AuthorPart, BeforeValidator(_author, json_schema_input_type=str | AuthorPart)]


class CompatibilityPart(Part):
    """Versions of the game that can load the pack."""

    minimum: Version = ""
    verified: Version = ""


class SafetyPart(Part):
    """The author's promises about the content."""

    rating: Literal["everyone", "teen", "mature"] = "teen"
    content_warnings: Annotated[Many[Line], Field(max_length=30)]
    never: Annotated[Many[Line], Field(max_length=30)]

    def value(self) -> world.Safety:
        """The part as a value of the game."""
        return world.Safety(self.rating, tuple(self.content_warnings), tuple(self.never))


class StylePart(Part):
    """The style in which the world is told."""

    person: Literal["first", "second", "third"] = "second"
    tense: Literal["past", "present"] = "present"
    tone: Annotated[Many[Line], Field(max_length=20)]
    avoid: Annotated[Many[Line], Field(max_length=60)]
    sample: Prose = ""
    passage_words: Annotated[int, Field(ge=40, le=600)] = 120

    def value(self) -> world.Style:
        """The part as a value of the game."""
        tone, avoid = tuple(self.tone), tuple(self.avoid)
        return world.Style(self.person, self.tense, tone, avoid, self.sample, self.passage_words)


class NamesPart(Part):
    """Names that the storyteller must not use."""

    ban: Annotated[Many[Short], Field(max_length=500)]


class ActPart(Part):
    """An act of the story."""

    title: Line
    summary: Sentence = ""
    share: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 0.0

    def value(self) -> world.Act:
        """The part as a value of the game."""
        return world.Act(self.title, self.summary, float(self.share))


class BeatPart(Part):
    """A step of the outline."""

    id: Slug
    summary: Sentence
    act: Annotated[int, Field(ge=0, le=9)] = 0
    optional: bool = False

    def value(self) -> world.Beat:
        """The part as a value of the game."""
        return world.Beat(self.id, self.summary, self.act, self.optional)


class CharacterPart(Part):
    """A character of the world."""

    id: Slug
    name: Line
    role: Line = ""
    description: Prose = ""
    voice: Prose = ""
    goals: Annotated[Many[Sentence], Field(max_length=20)]
    secrets: Annotated[Many[Prose], Field(max_length=20)]
    place: Slug = ""
    faction: Slug = ""
    tags: Annotated[Many[Short], Field(max_length=30)]
    pronouns: PronounsText = "they/them"

    def value(self) -> world.Character:
        """The part as a value of the game."""
        pronouns = self.pronouns.split("/")
        they, them, their = pronouns if len(pronouns) == 3 else str(Pronouns.parse(self.pronouns)).split("/")
        return world.Character(
            id=self.id,
            name=self.name,
            role=self.role,
            description=self.description,
            voice=self.voice,
            goals=tuple(self.goals),
            secrets=tuple(self.secrets),
            place=self.place,
            faction=self.faction,
            tags=tuple(self.tags),
            they=they,
            them=them,
            their=their,
        )


class PlacePart(Part):
    """A place for scenes."""

    id: Slug
    name: Line
    description: Prose = ""
    exits: Annotated[Many[Slug], Field(max_length=40)]
    tags: Annotated[Many[Short], Field(max_length=30)]

    def value(self) -> world.Place:
        """The part as a value of the game."""
        return world.Place(self.id, self.name, self.description, tuple(self.exits), tuple(self.tags))


class ItemPart(Part):
    """An item of importance."""

    id: Slug
    name: Line
    description: Prose = ""
    place: Slug = ""
    held_by: Slug = ""

    def value(self) -> world.Item:
        """The part as a value of the game."""
        return world.Item(self.id, self.name, self.description, self.place, self.held_by)


class FactionPart(Part):
    """A group of people with a common goal."""

    id: Slug
    name: Line
    description: Prose = ""
    rivals: Annotated[Many[Slug], Field(max_length=40)]

    def value(self) -> world.Faction:
        """The part as a value of the game."""
        return world.Faction(self.id, self.name, self.description, tuple(self.rivals))


class LorePart(Part):
    """A fact of the world, given to the storyteller when one of its keywords appears."""

    id: Slug
    keywords: Annotated[Many[Line], Field(max_length=40)]
    text: Prose
    always: bool = False
    priority: Annotated[int, Field(ge=0, le=1000)] = 50
    secret: bool = False

    def value(self) -> world.Lore:
        """The part as a value of the game."""
        return world.Lore(self.id, tuple(self.keywords), self.text, self.always, self.priority, self.secret)


class ThreadPart(Part):
    """A thread, opened and paid by storylets under its id."""

    id: Slug
    setup: Sentence
    payoff: Sentence = ""

    def value(self) -> world.ThreadSeed:
        """The part as a value of the game."""
        return world.ThreadSeed(self.id, self.setup, self.payoff)


class QualityPart(Part):
    """A number that changes during the story."""

    id: QualityId
    name: Line = ""
    start: Annotated[int, Field(ge=-1_000_000, le=1_000_000)] = 0
    minimum: Annotated[int, Field(ge=-1_000_000, le=1_000_000)] = 0
    maximum: Annotated[int, Field(ge=-1_000_000, le=1_000_000)] = 10

    def value(self) -> Quality:
        """The part as a value of the game."""
        return Quality(self.id, self.name, self.start, self.minimum, self.maximum)


def known_keys(part: type[BaseModel]) -> Mapping[str, object]:
    """Allowed keys of a mapping, with their annotations."""
    return {field.alias or name: field.annotation for name, field in part.model_fields.items()}
