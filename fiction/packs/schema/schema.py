"""The schema of a world pack, version 1, and its conversion to a World."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Literal, Protocol, TypeVar

from pydantic import Field

from fiction.packs.schema.fields import (
    Cover,
    Language,
    Line,
    Many,
    Prose,
    Setting,
    Short,
    Slug,
    Spirit,
    TextList,
    Texts,
    Url,
    Version,
)
from fiction.packs.schema.parts import (
    ActPart,
    Author,
    BeatPart,
    CharacterPart,
    CompatibilityPart,
    FactionPart,
    ItemPart,
    LorePart,
    NamesPart,
    Part,
    PlacePart,
    QualityPart,
    SafetyPart,
    StylePart,
    ThreadPart,
)
from fiction.packs.schema.storylets import EndingPart, EpiloguePart, OpeningPart, StoryletPart
from fiction.story.world import World

V = TypeVar("V", covariant=True)


class _HasValue(Protocol[V]):
    def value(self) -> V: ...


def _values(parts: Iterable[_HasValue[V]]) -> tuple[V, ...]:
    return tuple(part.value() for part in parts)


class PackPart(Part):
    """The top level of `world.yaml`."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    id: Slug
    version: Version
    title: Line
    summary: Line
    authors: Annotated[Many[Author], Field(max_length=20)]
    license: Line = ""
    language: Language = "en"
    fiction: CompatibilityPart = CompatibilityPart()
    homepage: Url = ""
    genre: Annotated[Many[Short], Field(max_length=8)]
    tags: Annotated[Many[Short], Field(max_length=30)]
    safety: SafetyPart = SafetyPart.model_validate({})
    cover: Cover = ""
    setting: Setting
    protagonist: Prose = ""
    style: StylePart = StylePart.model_validate({})
    names: NamesPart = NamesPart.model_validate({})
    acts: Annotated[Many[ActPart], Field(max_length=9)]
    outline: Annotated[Many[BeatPart], Field(max_length=100)]
    characters: Annotated[Many[CharacterPart], Field(max_length=300)]
    places: Annotated[Many[PlacePart], Field(max_length=300)]
    items: Annotated[Many[ItemPart], Field(max_length=300)]
    factions: Annotated[Many[FactionPart], Field(max_length=60)]
    lore: Annotated[Many[LorePart], Field(max_length=2000)]
    threads: Annotated[Many[ThreadPart], Field(max_length=200)]
    qualities: Annotated[Many[QualityPart], Field(max_length=200)]
    callbacks: Texts
    attempts: Annotated[dict[Spirit, TextList], Field(default_factory=dict)]
    openings: Annotated[Many[OpeningPart], Field(max_length=20)]
    storylets: Annotated[Many[StoryletPart], Field(max_length=1000)]
    endings: Annotated[Many[EndingPart], Field(max_length=60)]
    epilogue: Annotated[Many[EpiloguePart], Field(max_length=300)]

    def to_world(self) -> World:
        """The pack as a World."""
        return replace(
            self._top(),
            acts=_values(self.acts),
            outline=_values(self.outline),
            characters=_values(self.characters),
            places=_values(self.places),
            items=_values(self.items),
            factions=_values(self.factions),
            lore=_values(self.lore),
            threads=_values(self.threads),
            openings=_values(self.openings),
            endings=_values(self.endings),
            epilogue=_values(self.epilogue),
            qualities=_values(self.qualities),
            storylets=_values(self.storylets),
            attempts=tuple((spirit, tuple(texts)) for spirit, texts in self.attempts.items()),
            callbacks=tuple(self.callbacks),
        )

    def _top(self) -> World:
        return World(
            id=self.id,
            version=self.version,
            title=self.title,
            summary=self.summary,
            setting=self.setting,
            authors=tuple(author.name for author in self.authors),
            license=self.license,
            language=self.language,
            genre=tuple(self.genre),
            tags=tuple(self.tags),
            cover=self.cover,
            protagonist=self.protagonist,
            homepage=self.homepage,
            fiction_minimum=self.fiction.minimum,
            safety=self.safety.value(),
            style=self.style.value(),
            banned_names=tuple(self.names.ban),
        )
