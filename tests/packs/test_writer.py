"""A world written as a pack reads back as the same world."""

from dataclasses import replace
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiction.errors import PackError
from fiction.packs.loader import load_world
from fiction.packs.names import is_slug
from fiction.packs.writer import dump_world
from fiction.story.plan import Approach
from fiction.story.storylets import Body, Effect, Quality, Role, Storylet, StoryletKind, StoryletPlan
from fiction.story.world import (
    Act,
    Beat,
    Character,
    Ending,
    EpilogueLine,
    Item,
    Lore,
    Opening,
    Place,
    Safety,
    Style,
    ThreadSeed,
    World,
)
from fiction.text.sanitise import clean

T = TypeVar("T")
SIGNS = "\n :#-'\"|>&*!%@,[]?\\~"
WORDS = ("null", "no", "1", "1.5", "=", "0x1f", "a: b", "- a", "# a", "a #b", "'", '"', "\\", "~", "---", "...")
CHARS = st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn"), exclude_characters="{}") | st.sampled_from(SIGNS)


def one(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return strategy.map(lambda value: (value,))


def told(limit: int) -> st.SearchStrategy[str]:
    """Texts as a loaded world holds them: clean, without blanks around, without braces."""
    drawn = st.text(CHARS, min_size=1, max_size=limit) | st.sampled_from(WORDS)
    return drawn.map(clean).map(str.strip).filter(lambda text: text != "" and clean(text) == text)


PROSE = told(300)
LINE = told(60).map(lambda text: " ".join(text.split()))
SLUG = st.from_regex(r"[a-z][a-z0-9-]{0,6}[a-z0-9]", fullmatch=True).filter(is_slug)
WHEN = st.sampled_from(["", "luck >= 2 and not seen('scene')", "did('way/one')", "place == 'here' or act == 1"])
EFFECTS = st.lists(st.builds(Effect, st.just("luck"), st.integers(-9, 9), st.booleans()), max_size=1).map(tuple)
BODIES = st.lists(st.builds(Body, PROSE, WHEN), max_size=3).map(tuple)
PLAN = st.builds(
    StoryletPlan,
    st.just("one"),
    LINE,
    stake=LINE | st.just(""),
    approach=st.sampled_from(Approach),
    brief=PROSE | st.just(""),
    when=WHEN,
    outcome=BODIES,
    effects=EFFECTS,
    memory=LINE | st.just(""),
    facts=st.lists(st.tuples(*[LINE.filter(lambda text: "|" not in text)] * 3), max_size=2).map(tuple),
    opens=st.sampled_from([(), ("thread",)]),
    place=st.sampled_from(["", "here"]),
    ending=st.sampled_from(["", "*", "end"]),
)
STORYLET = st.builds(
    Storylet,
    st.just("scene"),
    title=LINE | st.just(""),
    kind=st.sampled_from(StoryletKind),
    acts=st.sampled_from([(), (1,), (1, 2)]),
    when=WHEN,
    weight=st.integers(0, 1000),
    once=st.booleans(),
    tension=st.integers(0, 10),
    roles=st.sampled_from([(), (Role("ally"),), (Role("ally", ("who",), ("a tag",)), Role("foe"))]),
    bodies=st.lists(st.builds(Body, PROSE, WHEN), min_size=1, max_size=3).map(tuple),
    plans=st.lists(PLAN, max_size=1).map(tuple),
    effects=EFFECTS,
)
COVER = st.sampled_from(["", "  /\\\n /  \\", "x", "   a\n\n b", "#\n'\"", "- a: b"])
WORLD = st.builds(
    World,
    id=SLUG,
    version=st.just("1.2.3"),
    title=LINE,
    summary=LINE,
    setting=PROSE.map(lambda text: f"{text} and this is long enough for a setting, to be sure."),
    authors=st.lists(LINE, max_size=2).map(tuple),
    language=st.sampled_from(["en", "pt-BR", "no"]),
    tags=st.lists(LINE, max_size=2).map(tuple),
    cover=COVER,
    protagonist=st.sampled_from(["", "You are {you}."]),
    fiction_minimum=st.sampled_from(["", "0.1.0"]),
    safety=st.builds(Safety, st.sampled_from(["everyone", "teen"]), never=st.lists(LINE, max_size=2).map(tuple)),
    style=st.builds(Style, avoid=st.lists(LINE, max_size=1).map(tuple), sample=PROSE | st.just("")),
    banned_names=st.lists(LINE, max_size=2).map(tuple),
    acts=st.just((Act("One", "First.", 0.25), Act("Two"))),
    outline=st.lists(st.builds(Beat, st.just("beat"), LINE, st.integers(0, 2), st.booleans()), max_size=1).map(tuple),
    characters=one(
        st.builds(
            Character,
            st.just("who"),
            LINE,
            description=PROSE | st.just(""),
            goals=st.lists(LINE, max_size=2).map(tuple),
            they=st.sampled_from(["they", "xe", "she"]),
        )
    ),
    places=one(st.builds(Place, st.just("here"), LINE, PROSE | st.just(""))),
    items=st.lists(st.builds(Item, st.just("item"), LINE, place=st.just("here")), max_size=1).map(tuple),
    lore=st.lists(st.builds(Lore, st.just("lore"), st.just(("no", "1")), PROSE, st.booleans()), max_size=1).map(tuple),
    threads=one(st.builds(ThreadSeed, st.just("thread"), LINE)),
    qualities=one(st.builds(Quality, st.just("luck"), LINE, st.integers(-2, 2), st.just(-5), st.integers(3, 9))),
    openings=one(st.builds(Opening, st.just("way"), LINE, PROSE, plans=one(PLAN))),
    storylets=one(STORYLET),
    endings=one(st.builds(Ending, st.just("end"), LINE, WHEN, bodies=st.lists(PROSE, max_size=2).map(tuple))),
    epilogue=st.lists(st.builds(EpilogueLine, WHEN, PROSE, st.integers(0, 5)), max_size=2).map(tuple),
    attempts=st.just(((Approach.WARM, ("You {act}, {you}.",)),)) | st.just(()),
    callbacks=st.just(("- {recollection}: {you}",)) | st.just(()),
)


def test_the_guides_example_reads_back_as_itself(example: str) -> None:
    world = load_world(example)
    assert load_world(dump_world(world)) == world


@settings(deadline=None, max_examples=40)
@given(WORLD)
def test_every_world_reads_back_as_itself(world: World) -> None:
    world = replace(world, storylets=tuple(_whole(storylet, world) for storylet in world.storylets))
    text = dump_world(world)
    assert load_world(text) == world
    assert dump_world(load_world(text)) == text


def _whole(storylet: Storylet, world: World) -> Storylet:
    plan = world.openings[0].plans[0]
    return replace(storylet, plans=(*storylet.plans, replace(plan, id="two")))


BENT = ("\n a", "a\n", " a", "a ", "a\n  b\n c", "a\tb", "a\n\n\nb", "a \nb", "word " * 60, "x" * 300, "é " * 90)


@pytest.mark.parametrize("text", [*BENT, "a: b # c", "%", "\u00a0a\n\u00a0", "a\u2003\nb"])
def test_texts_that_yaml_could_bend_come_back_as_the_loader_has_them(example: str, text: str) -> None:
    world = replace(load_world(example), protagonist=text)
    assert load_world(dump_world(world)).protagonist == text.strip()


def test_the_text_is_one_that_people_can_read(example: str) -> None:
    text = dump_world(load_world(example))
    assert text.startswith("schema: 1\nid: the-small-light\nversion: ")
    assert "  - id: imre\n    name: Imre\n" in text
    assert "    text: |-\n" in text
    assert max(map(len, text.split("\n"))) < 140


def test_a_world_that_breaks_the_rules_is_written_and_then_refused(example: str) -> None:
    with pytest.raises(PackError):
        load_world(dump_world(replace(load_world(example), id="Not An Id")))
