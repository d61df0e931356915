"""The schema of a pack's openings, storylets, plans, endings and epilogue, each with its value in the game."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from fiction.packs.schema.fields import (
    Effects,
    FactText,
    Line,
    Many,
    Prose,
    RoleName,
    Sentence,
    Short,
    Slug,
    Spirit,
    Texts,
    When,
)
from fiction.packs.schema.parts import Part
from fiction.story import world
from fiction.story.plan import Approach
from fiction.story.storylets import Body, Echo, Effect, Role, Storylet, StoryletKind, StoryletPlan

Slugs = Annotated[Many[Slug], Field(max_length=40)]


class BodyPart(Part):
    """A text with its condition; a plain string is a text without one."""

    text: Prose
    when: When = ""

    def value(self) -> Body:
        """The part as a value of the game."""
        return Body(self.text, self.when)


def _bodies(value: object) -> object:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list):
        return values
    return [{"text": body} if isinstance(body, str) else body for body in values]


Bodies = Annotated[
    Many[BodyPart],
    Field(max_length=40),
    BeforeValidator(_bodies, json_schema_input_type=str | list[str | BodyPart]),
]


def effects_of(effects: Effects) -> tuple[Effect, ...]:
    """A mapping of changes as effects."""
    return tuple(Effect(quality, change.amount, change.sets) for quality, change in effects.items())


class PlanPart(Part):
    """A plan with its consequences."""

    id: Slug
    label: Line
    stake: Line = ""
    approach: Spirit = Approach.CURIOUS
    brief: Prose = ""
    when: When = ""
    outcome: Bodies
    effects: Effects
    memory: Sentence = ""
    recollection: Line = ""
    facts: Annotated[Many[FactText], Field(max_length=20)]
    opens: Slugs
    advances: Slugs
    pays: Slugs
    goto: Slug = ""
    ending: Slug | Literal["*"] = ""
    place: Slug = ""

    def value(self) -> StoryletPlan:
        """The part as a value of the game."""
        subject_relation_object = (fact.split(" | ") for fact in self.facts)
        return StoryletPlan(
            id=self.id,
            label=self.label,
            stake=self.stake,
            approach=self.approach,
            brief=self.brief,
            when=self.when,
            outcome=tuple(body.value() for body in self.outcome),
            effects=effects_of(self.effects),
            memory=self.memory,
            recollection=self.recollection,
            facts=tuple((subject, relation, thing) for subject, relation, thing in subject_relation_object),
            opens=tuple(self.opens),
            advances=tuple(self.advances),
            pays=tuple(self.pays),
            goto=self.goto,
            ending=self.ending,
            place=self.place,
        )


Plans = Annotated[Many[PlanPart], Field(max_length=6)]


class OpeningPart(Part):
    """An opening of the world."""

    id: Slug
    title: Line
    summary: Sentence = ""
    place: Slug = ""
    text: Prose
    memory: Prose = ""
    effects: Effects
    threads: Slugs
    plans: Plans

    def value(self) -> world.Opening:
        """The part as a value of the game."""
        return world.Opening(
            id=self.id,
            title=self.title,
            text=self.text,
            summary=self.summary,
            place=self.place,
            memory=self.memory,
            plans=tuple(plan.value() for plan in self.plans),
            effects=effects_of(self.effects),
            threads=tuple(self.threads),
        )


class RolePart(Part):
    """A role, played by a character of the world."""

    who: Slugs
    tags: Annotated[Many[Short], Field(max_length=20)]


class EchoPart(Part):
    """One or two sentences added to a body under a condition on earlier events."""

    when: When
    text: Prose

    def value(self) -> Echo:
        """The part as a value of the game."""
        return Echo(self.when, self.text)


def _no_roles(value: object) -> object:
    """Roles, where a key without a value is a role without conditions."""
    if isinstance(value, dict):
        return {name: {} if role is None else role for name, role in value.items()}
    return value


class StoryletPart(Part):
    """A storylet: a scene that the built-in storyteller can draw."""

    id: Slug
    title: Line = ""
    kind: Annotated[StoryletKind, Field(strict=False)] = StoryletKind.SCENE
    acts: Annotated[Many[Annotated[int, Field(ge=1, le=9)]], Field(max_length=9)]
    when: When = ""
    weight: Annotated[int, Field(ge=0, le=1000)] = 10
    once: bool = True
    cooldown: Annotated[int, Field(ge=0, le=1000)] = 0
    tension: Annotated[int, Field(ge=0, le=10)] = 4
    importance: Annotated[int, Field(ge=1, le=10)] = 5
    place: Slug = ""
    only_by_goto: bool = False
    roles: Annotated[dict[RoleName, RolePart], Field(default_factory=dict, max_length=8), BeforeValidator(_no_roles)]
    bodies: Annotated[
        list[BodyPart],
        Field(min_length=1, max_length=40),
        BeforeValidator(_bodies, json_schema_input_type=str | list[str | BodyPart]),
    ]
    echoes: Annotated[Many[EchoPart], Field(max_length=40)]
    note: Sentence = ""
    effects: Effects
    opens: Slugs
    plans: Plans

    def value(self) -> Storylet:
        """The part as a value of the game."""
        return Storylet(
            id=self.id,
            title=self.title,
            kind=self.kind,
            acts=tuple(self.acts),
            when=self.when,
            weight=self.weight,
            once=self.once,
            cooldown=self.cooldown,
            tension=self.tension,
            importance=self.importance,
            place=self.place,
            only_by_goto=self.only_by_goto,
            roles=tuple(Role(name, tuple(role.who), tuple(role.tags)) for name, role in self.roles.items()),
            bodies=tuple(body.value() for body in self.bodies),
            echoes=tuple(echo.value() for echo in self.echoes),
            plans=tuple(plan.value() for plan in self.plans),
            note=self.note,
            effects=effects_of(self.effects),
            opens=tuple(self.opens),
        )


class EndingPart(Part):
    """An ending of the story."""

    id: Slug
    title: Line
    when: When = ""
    condition: Prose = ""
    tone: Literal["good", "bitter", "bad", "open"] = "open"
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0
    bodies: Texts

    def value(self) -> world.Ending:
        """The part as a value of the game."""
        return world.Ending(
            self.id, self.title, self.when, self.condition, self.tone, self.priority, tuple(self.bodies)
        )


class EpiloguePart(Part):
    """A line of the epilogue about an act of the reader."""

    when: When = ""
    text: Prose
    weight: Annotated[int, Field(ge=0, le=1000)] = 1

    def value(self) -> world.EpilogueLine:
        """The part as a value of the game."""
        return world.EpilogueLine(self.when, self.text, self.weight)
