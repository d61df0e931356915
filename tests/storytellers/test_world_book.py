"""The world in the system message: all of it where there is room, never cut in the middle of an entry."""

import dataclasses
from pathlib import Path

import pytest

from fiction.packs.loader import load_world
from fiction.story.reader import ReaderProfile, StorySettings
from fiction.story.scene import Direction
from fiction.story.world import Character, Ending, Lore, World
from fiction.storytellers.prompts.lorebook import entries_of
from fiction.storytellers.prompts.turn import render_turn
from fiction.storytellers.prompts.world_book import world_book
from fiction.text.tokens import estimate
from support.model_scenes import WORLD, full_scene, scene, turn

RIVER = load_world(
    (Path(__file__).parents[2] / "worlds" / "a-river-in-two-minds" / "world.yaml").read_text(encoding="utf-8")
)


def book(world: World, tokens: int) -> str:
    return world_book(world, ReaderProfile("Ada"), StorySettings(), tokens).text


def test_from_16_384_on_a_world_of_usual_size_stands_there_whole() -> None:
    system = render_turn(scene(world=RIVER), budget=16_384).system
    for entry in entries_of(RIVER):
        assert entry.told in system, entry.name
    for text in (*(step.summary for step in RIVER.outline), *(ending.condition for ending in RIVER.endings)):
        assert " ".join(text.split()) in system
    assert " ".join(RIVER.setting.split()) in system
    assert "…" not in system.replace(RIVER.style.sample, "")


@pytest.mark.parametrize("budget", [4096, 8192, 16_384, 32_768])
def test_the_system_message_is_the_same_for_a_whole_story(budget: int) -> None:
    first = render_turn(scene(world=RIVER, depth=1, recent=(), memory=""), budget=budget).system
    for direction in (Direction(), Direction(toward_ending=True), Direction(must_end=True)):
        assert render_turn(full_scene(world=RIVER, direction=direction), budget=budget).system == first


@pytest.mark.parametrize("tokens", [200, 340, 1000, 1364, 2500, 5000])
def test_it_keeps_to_its_room(tokens: int) -> None:
    assert estimate(book(RIVER, tokens)) <= tokens


@pytest.mark.parametrize("tokens", [340, 1000, 1364, 2500])
def test_an_entry_stands_there_whole_or_not_at_all(tokens: int) -> None:
    found = world_book(RIVER, ReaderProfile(), StorySettings(), tokens)
    for entry in entries_of(RIVER):
        whole = entry.told in found.text
        assert whole == (entry.told in found.entries)
        begins = " ".join(entry.told.split()[:8])
        assert whole or begins not in found.text


def test_people_come_before_things() -> None:
    found = world_book(RIVER, ReaderProfile(), StorySettings(), 2300)
    people = [entry for entry in entries_of(RIVER) if entry.person]
    assert all(entry.told in found.entries for entry in people)
    assert len(found.entries) < len(list(entries_of(RIVER)))


def test_everybody_is_named_where_there_is_no_room_for_what_they_are_like() -> None:
    found = book(RIVER, 400)
    assert all(person.name in found for person in RIVER.characters)


def test_what_does_not_stand_there_comes_up_when_it_is_called_for() -> None:
    of = scene(world=RIVER, recent=(turn(2, "Perpetua Ruzek holds the door."),))
    card = next(entry.told for entry in entries_of(RIVER) if entry.name == "Perpetua Ruzek")
    small, large = render_turn(of, budget=6500), render_turn(of, budget=16_384)
    assert card not in small.system
    assert card[:60] in small.user
    assert card in large.system
    assert card not in large.user, "nobody's card stands there twice"


def test_of_a_huge_lorebook_the_weightiest_entries_stand_there() -> None:
    lore = tuple(Lore(f"l{n}", (f"word{n}",), f"Entry {n} says so. " * 20, priority=n % 100) for n in range(400))
    found = world_book(dataclasses.replace(WORLD, lore=lore), ReaderProfile(), StorySettings(), 5000)
    kept = {
        entry.lore.priority
        for entry in entries_of(dataclasses.replace(WORLD, lore=lore))
        if entry.told in found.entries
    }
    assert 99 in kept
    assert 5 not in kept


def test_secrets_and_endings_are_marked_as_the_storytellers_own() -> None:
    world = dataclasses.replace(
        WORLD,
        lore=(Lore("truth", (), "Imre cut the cable.", always=True, secret=True),),
        endings=(Ending("home", "Home", condition="the letter is read"),),
        characters=(Character("oda", "Oda", secrets=("she has the key",)),),
    )
    found = book(world, 3000)
    assert "for you alone, until the story brings it out:\n- (not to be told outright) Imre cut the cable." in found
    assert "How it may end; for you alone:\n- Home, if the letter is read" in found
    assert "Secret, not to be told outright: she has the key" in found
