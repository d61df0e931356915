"""The general storylets that come with the game are whole, and make readable stories in a world that has none."""

from pathlib import Path

import pytest

import fiction.storytellers.offline as offline
from bench.walk import POLICIES, walk
from bench.walk_metrics import faults, repeated_sentences, told_twice, violations
from fiction.packs.loader import load_world
from fiction.story.plan import Approach
from fiction.story.world import World
from fiction.storytellers.storylets.deck import SERVICES

STOCK = (
    "shiver", "spine", "breath you didn’t know", "time stands still", "hangs in the air", "testament", "tapestry",
    "a sense of", "palpable", "barely above a whisper", "little do you know", "heart pounds", "something shifts",
)  # fmt: skip


@pytest.fixture(scope="module")
def general() -> World:
    return load_world((Path(offline.__file__).parent / "general.yaml").read_bytes(), name="general.yaml")


def test_there_are_enough_of_them_and_they_are_whole(general: World) -> None:
    scenes = [storylet for storylet in general.storylets if storylet.id not in SERVICES]
    assert len(scenes) >= 25
    assert {storylet.id for storylet in general.storylets} >= set(SERVICES)
    for storylet in scenes:
        assert len(storylet.bodies) >= 2 and storylet.title
        assert len({plan.approach for plan in storylet.plans}) >= 4
        for plan in storylet.plans:
            assert plan.outcome and plan.memory and plan.stake
            assert len(plan.label.split()) <= 14


def test_there_is_something_for_every_spirit_of_an_attempt(general: World) -> None:
    attempts = dict(general.attempts)
    assert all(len(attempts[approach]) >= 4 for approach in Approach)
    assert all("to {act}" in text for texts in attempts.values() for text in texts)


def test_no_stock_phrases(general: World) -> None:
    texts = [b.text for s in general.storylets for b in (*s.bodies, *(o for p in s.plans for o in p.outcome))]
    assert not [phrase for phrase in STOCK for text in texts if phrase in text.lower()]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_long_story_of_them_repeats_nothing_and_decides_nothing_for_the_reader(general: World, policy: str) -> None:
    bare = World("bare", "1", "Bare", "Nothing here.", "A world with nothing in it, where general storylets are told.")
    story = walk(bare, general, policy=policy, seed=1, length=60)
    assert story.ending
    assert not [fault for turn in story.turns for fault in faults(turn)]
    assert told_twice(story.turns, within=40) == 0
    assert repeated_sentences(story.turns) < 0.2
    assert sum(map(violations, story.turns)) <= 3
