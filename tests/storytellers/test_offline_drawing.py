"""What comes next follows the director, the threads, the reader and the pack; people and texts stay themselves."""

import dataclasses
import json
from collections import Counter

import pytest

from fiction.story.plan import Approach, Choice, ChoiceKind
from fiction.story.reader import ReaderProfile
from fiction.story.scene import Direction
from fiction.story.storylets import Body, Echo, Effect, Role, Storylet, StoryletKind
from fiction.story.world import Character, Ending, Opening, World
from support.offline_world import GENERAL, READER, WORLD, Walk, scene, three

BARE = Opening("start", "Start", "It begins.", memory="You are here. You want to leave.")


def world(
    *storylets: Storylet, openings: tuple[Opening, ...] = (BARE,), endings: tuple[Ending, ...] = WORLD.endings
) -> World:
    return dataclasses.replace(WORLD, openings=openings, storylets=storylets, endings=endings)


def drawn(made: World, direction: Direction, *, seeds: int = 30, reader: ReaderProfile = READER) -> Counter[str]:
    found: Counter[str] = Counter()
    for seed in range(seeds):
        walk = Walk(seed=seed, world=made, general=None, reader=reader)
        walk.direct = direction
        walk.begin()
        found[walk.running] += 1
    return found


def test_a_hinge_comes_first_in_its_act_and_only_there() -> None:
    made = world(scene("hinge", kind=StoryletKind.HINGE, acts=(2,)), scene("mill"), scene("weir"))
    assert set(drawn(made, Direction(act=2))) == {"hinge"}
    assert "hinge" not in drawn(made, Direction(act=1))


def test_a_climax_waits_for_the_end_and_its_condition() -> None:
    climax = scene("climax", kind=StoryletKind.CLIMAX, when="q >= 0")
    ends = Direction(act=3, progress=1.1, toward_ending=True, must_end=True)
    assert set(drawn(world(climax, scene("mill")), ends)) == {"climax"}
    assert "climax" not in drawn(world(climax, scene("mill")), Direction(act=3))
    barred = dataclasses.replace(climax, when="q >= 1")
    walk = Walk(world=world(barred, scene("mill")), general=None)
    walk.direct = ends
    assert walk.begin().ending == "dark"


def test_the_thread_that_is_due_is_taken_up_and_its_plan_is_offered() -> None:
    paying = dataclasses.replace(scene("pay"), plans=(*three("pay"), *three("lamp", pays=("lamp",))[:1]))
    openings = (dataclasses.replace(BARE, threads=("lamp",)),)
    made = world(paying, *(scene(name) for name in "bcdefgh"), openings=openings)
    direction = Direction(due_thread="lamp")
    assert drawn(made, direction)["pay"] > 24
    assert drawn(made, Direction())["pay"] < 12
    walk = Walk(world=world(paying, openings=openings), general=None)
    walk.direct = direction
    assert "pay/lamp-a" in {plan.key for plan in walk.begin().plans}


def test_the_more_a_condition_demands_the_sooner_it_is_told() -> None:
    special = scene("special", when="q == 0 and act == 1 and turn < 9")
    assert drawn(world(special, *(scene(name) for name in "bcdef")), Direction())["special"] > 18


def test_tension_that_the_director_wants_weighs() -> None:
    made = world(*(scene(f"calm {n}", tension=1) for n in range(3)), *(scene(f"wild {n}", tension=9) for n in range(3)))
    wild = sum(count for name, count in drawn(made, Direction(tension=9.0)).items() if name.startswith("wild"))
    calm = sum(count for name, count in drawn(made, Direction(tension=1.0)).items() if name.startswith("calm"))
    assert min(wild, calm) > 24


def test_the_readers_leanings_weigh_but_do_not_rule() -> None:
    plans = three("kind")
    kind = [
        dataclasses.replace(
            scene(f"kind {n}"), plans=tuple(dataclasses.replace(p, approach=Approach.WARM) for p in plans)
        )
        for n in range(3)
    ]
    cold = [
        dataclasses.replace(
            scene(f"cold {n}"), plans=tuple(dataclasses.replace(p, approach=Approach.CUNNING) for p in plans)
        )
        for n in range(3)
    ]
    reader = ReaderProfile(leanings=((Approach.WARM, 2.0), (Approach.CUNNING, 0.5)))
    found = drawn(world(*kind, *cold), Direction(), seeds=60, reader=reader)
    warm = sum(count for name, count in found.items() if name.startswith("kind"))
    assert 36 < warm < 60


def test_seeds_tell_different_stories_from_the_same_place() -> None:
    assert len(drawn(world(*(scene(name) for name in "abcdef")), Direction())) >= 5


def test_two_roles_are_never_the_same_person_even_where_one_is_particular() -> None:
    two = scene("two", roles=(Role("ally", who=("imre", "oda")), Role("rival", who=("imre",))))
    for seed in range(10):
        walk = Walk(seed=seed, world=world(two), general=None)
        walk.begin()
        assert json.loads(walk.turns[-1].state)["cast"] == {"ally": "oda", "rival": "imre"}


def test_a_storylet_whose_role_nobody_can_play_is_not_told() -> None:
    made = world(scene("crowd", roles=(Role("king", tags=("king",)),)), scene("mill"))
    assert set(drawn(made, Direction())) == {"mill"}


def test_people_already_met_come_back() -> None:
    cast = tuple(Character(f"c{n}", f"Person {n}") for n in range(12))
    walk = Walk(world=dataclasses.replace(WORLD, storylets=(), characters=cast, openings=(BARE,)), turns=0)
    walk.begin()
    for _ in range(30):
        walk.first(endless=True)
    seen = [who for turn in walk.turns for who in json.loads(turn.state)["cast"].values()]
    again = sum(who in seen[:index] for index, who in enumerate(seen))
    assert again / len(seen) >= 0.6
    assert len(set(seen)) >= 4


def test_an_echo_is_told_once_and_a_body_never_twice() -> None:
    bodies = tuple(Body(f"Text {n} about the mill, as long as it needs to be told apart.") for n in range(3))
    mill = scene("mill", once=False, bodies=bodies, echoes=(Echo("turn > 1", "An echo of it."),))
    other = scene(
        "weir", once=False, bodies=tuple(Body(f"Text {n} about the weir, which is another thing.") for n in range(3))
    )
    walk = Walk(world=world(mill, other), general=None, turns=0)
    walk.begin()
    story = " ".join([walk.turns[0].passage, *(walk.first(endless=True).passage for _ in range(12))])
    assert story.count("An echo of it.") == 1
    assert max(story.count(body.text) for body in (*bodies, *other.bodies)) == 1


def test_a_variant_with_a_condition_that_holds_is_preferred() -> None:
    bodies = (Body("The plain text."), Body("The particular text.", "q == 0"), Body("The other text.", "q > 0"))
    for seed in range(6):
        walk = Walk(seed=seed, world=world(scene("mill", bodies=bodies)), general=None)
        assert "The particular text." in walk.begin().passage


def test_qualities_stay_in_their_bounds() -> None:
    made = world(scene("mill", effects=(Effect("trust", 40), Effect("luck", 3, sets=True))))
    walk = Walk(world=made, general=None)
    walk.begin()
    assert json.loads(walk.turns[-1].state)["qualities"] == {"trust": 5, "luck": 3}


def test_the_ending_of_greatest_priority_that_holds_is_the_one() -> None:
    endings = (
        Ending("low", "Low", bodies=("Low.",), priority=1),
        Ending("high", "High", "q == 0", bodies=("High.",), priority=7),
        Ending("higher", "Higher", "q == 1", bodies=("Higher.",), priority=9),
    )
    walk = Walk(world=world(scene("mill"), endings=endings), general=None)
    walk.direct = Direction(toward_ending=True, must_end=True)
    turn = walk.begin()
    assert (turn.ending, turn.title, turn.plans) == ("high", "High", ())


@pytest.mark.parametrize("general", [None, GENERAL])
def test_a_world_without_storylets_is_played_from_the_first_turn_to_an_ending(general: World | None) -> None:
    bare = dataclasses.replace(WORLD, storylets=(), openings=(BARE,), endings=(Ending("gone", "Gone"),), epilogue=())
    walk = Walk(world=bare, general=general)
    turn = walk.begin()
    while not turn.ending:
        assert len(turn.plans) == 3
        assert len({plan.approach for plan in turn.plans}) == 3
        turn = walk.first()
    assert (turn.ending, turn.title) == ("gone", "Gone")
    assert 18 <= len(walk.turns) <= 23


def test_a_moment_that_runs_on_moves_to_the_next_scene() -> None:
    walk = Walk()
    walk.begin()
    turn = walk.play(Choice(ChoiceKind.CONTINUE))
    assert turn.passage.startswith("A while goes by at the Quay.")
    assert walk.running != "quay"
    assert len(turn.plans) == 3
