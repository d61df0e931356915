"""The director: where a story stands, and what it wants next."""

import itertools

import pytest

from fiction.engine.director import direct
from fiction.story.ledger import Ledger, Thread
from fiction.story.reader import ENDLESS, StorySettings
from fiction.story.world import Act, World

WORLD = World(
    "w", "1.0.0", "W", "", "", genre=("mystery",),
    acts=(Act("One", "It starts.", 0.3), Act("Two", "It turns.", 0.45), Act("Three", "It ends.", 0.25)),
)  # fmt: skip


def walk(turns: int, upto: int, world: World = WORLD) -> list:
    settings = StorySettings(turns=turns)
    return [direct(world, settings, Ledger(), (), depth) for depth in range(1, upto + 1)]


@pytest.mark.parametrize("turns", [8, 20, 60, 250])
def test_a_story_goes_through_its_acts_in_order_and_ends(turns: int) -> None:
    course = walk(turns, int(turns * 1.2) + 2)
    assert [d.act for d in course] == sorted(d.act for d in course)
    assert {d.act for d in course} == {1, 2, 3}
    assert sum(d.opens_act for d in course) == 3
    assert not course[turns // 2].toward_ending
    assert course[turns - 1].toward_ending
    assert course[-1].must_end


def test_an_endless_story_never_goes_toward_its_end() -> None:
    course = walk(ENDLESS, 500)
    assert not any(d.toward_ending or d.must_end for d in course)
    assert course[-1].act == 2


def test_a_world_without_acts_has_three() -> None:
    course = walk(20, 20, World("w", "1", "W", "", ""))
    assert [course[0].act, course[10].act, course[19].act] == [1, 2, 3]


def test_tension_is_a_sawtooth_around_the_register_of_the_genre_with_a_late_peak() -> None:
    course = walk(40, 40)
    early = [d.tension for d in course[:25]]
    assert 5.0 <= sum(early) / len(early) <= 6.0
    assert max(d.tension for d in course) == max(d.tension for d in course[28:38])
    assert any(a > b for a, b in itertools.pairwise(early))


def test_a_thread_that_has_waited_is_due_and_said() -> None:
    ledger = Ledger(threads=(Thread("well", "What is in the well?", opened=2, touched=2),))
    settings = StorySettings(turns=20)
    assert direct(WORLD, settings, ledger, (), 3).due_thread == ""
    late = direct(WORLD, settings, ledger, (), 10)
    assert late.due_thread == "well"
    assert any("What is in the well?" in line for line in late.lines)


def test_what_the_story_began_with_is_not_called_for_before_its_later_half() -> None:
    ledger = Ledger(threads=(Thread("well", "What is in the well?", opened=1, touched=1),))
    asked = {
        depth
        for depth in range(1, 17)
        if any(
            "What is in the well?" in line for line in direct(WORLD, StorySettings(turns=20), ledger, (), depth).lines
        )
    }
    assert asked
    assert min(asked) > 12


@pytest.mark.parametrize("depth", range(1, 30))
def test_it_never_says_more_than_four_lines(depth: int) -> None:
    ledger = Ledger(threads=(Thread("well", "What is in the well?", opened=1, touched=1),))
    assert len(direct(WORLD, StorySettings(turns=20), ledger, (), depth).lines) <= 4
