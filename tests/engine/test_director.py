"""The director: where a story stands, and what it wants next."""

import dataclasses
import itertools

import pytest

from fiction.engine.director import direct
from fiction.story.ledger import AddFact, Ledger, LedgerOp, OpenThread, Thread, ThreadStatus, TouchThread
from fiction.story.memory import TurnId
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.reader import ENDLESS, StorySettings
from fiction.story.scene import Direction
from fiction.story.turn import Stage, Turn
from fiction.story.world import Act, World

WORLD = World(
    "w", "1.0.0", "W", "", "", genre=("mystery",),
    acts=(Act("One", "It starts.", 0.3), Act("Two", "It turns.", 0.45), Act("Three", "It ends.", 0.25)),
)  # fmt: skip


def walk(turns: int, upto: int, world: World = WORLD) -> list[Direction]:
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


def quiet_turn(depth: int, *, importance: int = 4, ops: tuple[LedgerOp, ...] = ()) -> Turn:
    choice = Choice(ChoiceKind.CONTINUE)
    return Turn(
        TurnId(depth), None, depth, 0, choice, Stage.COMPLETE, "So it is.", ledger_ops=ops, importance=importance
    )


QUIET = tuple(quiet_turn(depth) for depth in range(1, 5))
STALL_LINE = "Little has happened lately: let somebody in this world act on their own, now."


def after(recent: tuple[Turn, ...], depth: int = 5) -> Direction:
    return direct(WORLD, StorySettings(turns=20), Ledger(), recent, depth)


def test_four_turns_without_anything_of_importance_are_a_stall_and_it_says_so() -> None:
    assert after(QUIET).stalled
    assert STALL_LINE in after(QUIET).lines


@pytest.mark.parametrize(
    "recent",
    [
        QUIET[1:],
        (*QUIET[:3], quiet_turn(4, importance=5)),
        (quiet_turn(1, importance=5), *QUIET[1:]),
        (*QUIET[:3], quiet_turn(4, ops=(OpenThread("well", "What is in it?"),))),
        (quiet_turn(1, ops=(TouchThread("well", ThreadStatus.ADVANCED),)), *QUIET[1:]),
    ],
    ids=["three turns only", "importance now", "importance four turns ago", "a new thread", "a thread that moved"],
)
def test_it_is_no_stall_while_something_happened(recent: tuple[Turn, ...]) -> None:
    assert not after(recent).stalled
    assert STALL_LINE not in after(recent).lines


def test_what_happened_five_turns_ago_does_not_end_a_stall() -> None:
    assert after((quiet_turn(0, importance=9), *QUIET)).stalled


def test_facts_alone_do_not_end_a_stall() -> None:
    assert after((*QUIET[:3], quiet_turn(4, ops=(AddFact("the well", "is", "deep"),)))).stalled


def test_the_last_passage_is_not_told_to_stir_things_up() -> None:
    last = after(QUIET, 23)
    assert (last.must_end, last.stalled) == (True, True)
    assert len(last.lines) == 1


def test_a_new_part_comes_with_what_its_world_says_of_it() -> None:
    assert after((), 7).lines == (
        "A new part begins here, and something changes that can't be undone.",
        "In the course of this part: It turns.",
    )


def test_all_that_it_can_say_at_once_is_three_lines() -> None:
    ledger = Ledger(threads=(Thread("well", "What is in the well?", opened=2, touched=2),))
    said = {depth: direct(WORLD, StorySettings(turns=20), ledger, QUIET, depth).lines for depth in range(1, 30)}
    assert max(map(len, said.values())) == 3
    assert "What is in the well?" in said[8][0]
    assert said[8][1] == STALL_LINE


def test_what_a_world_says_of_a_part_is_taken_as_it_is() -> None:
    world = dataclasses.replace(WORLD, acts=(Act("One", "", 0.3), Act("Two", "A debt of $5, or $summary {x}.", 0.7)))
    assert direct(world, StorySettings(turns=20), Ledger(), (), 7).lines[1] == (
        "In the course of this part: A debt of $5, or $summary {x}."
    )


def test_the_pace_is_never_put_in_the_same_words_twice_running() -> None:
    said = [direct(WORLD, StorySettings(turns=ENDLESS), Ledger(), (), depth).lines[-1] for depth in range(1, 40)]
    assert all(a != b for a, b in itertools.pairwise(said))
    assert len(set(said)) > 5


def waiting(opened: int, touched: int) -> Ledger:
    return Ledger(threads=(Thread("well", "What is in the well?", opened=opened, touched=touched),))


def called_for(ledger: Ledger, turns: int, upto: int) -> list[int]:
    """The turns whose storyteller is told of the thread."""
    course = {depth: direct(WORLD, StorySettings(turns=turns), ledger, (), depth) for depth in range(1, upto)}
    return [depth for depth, found in course.items() if any("What is in the well?" in line for line in found.lines)]


def test_the_end_is_in_sight_at_85_percent_of_the_length_and_must_come_at_110() -> None:
    course = walk(20, 24)
    assert [depth for depth, found in enumerate(course, start=1) if found.toward_ending] == [*range(18, 25)]
    assert [depth for depth, found in enumerate(course, start=1) if found.must_end] == [23, 24]
    assert [found.progress for found in course[:3]] == [0.0, 0.05, 0.1]


def test_each_act_takes_its_share_of_the_length() -> None:
    assert [found.act for found in walk(20, 20)] == [1] * 6 + [2] * 9 + [3] * 5
    assert [depth for depth, found in enumerate(walk(20, 20), start=1) if found.opens_act] == [1, 7, 16]
    halves = World("w", "1", "W", "", "", acts=(Act("One", share=0), Act("Two", share=0)))
    assert [found.act for found in walk(10, 12, halves)] == [1] * 5 + [2] * 7


def test_the_tension_of_every_turn_of_a_mystery() -> None:
    assert [found.tension for found in walk(20, 20)] == [
        5.0, 6.0, 7.0, 5.5, 4.0, 5.0, 6.0, 7.0, 5.5, 4.0, 5.0, 6.0, 7.0, 5.5, 6.0, 7.0, 8.0, 9.0, 7.5, 4.0,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("genre", "expected"),
    [((), 5.0), (("unheard of",), 5.0), (("Comedy",), 4.0), (("thriller", "comedy"), 5.5), (("thriller",), 7.0)],
)
def test_the_register_is_the_mean_of_the_genres_that_are_known(genre: tuple[str, ...], expected: float) -> None:
    assert walk(ENDLESS, 4, World("w", "1", "W", "", "", genre=genre))[-1].tension == expected


def test_tension_stays_on_its_scale() -> None:
    course = walk(40, 40, World("w", "1", "W", "", "", genre=("thriller",)))
    assert max(found.tension for found in course) == 9.5


@pytest.mark.parametrize(("turns", "first"), [(8, 6), (40, 12), (250, 22)])
def test_a_thread_waits_a_quarter_of_the_story_at_least_4_turns_and_at_most_20(turns: int, first: int) -> None:
    settings, ledger = StorySettings(turns=turns), waiting(2, 2)
    assert next(depth for depth in range(1, 99) if direct(WORLD, settings, ledger, (), depth).due_thread) == first


def test_a_thread_that_waits_is_called_for_every_other_turn_and_not_where_a_part_begins() -> None:
    assert called_for(waiting(2, 2), 20, 18) == [8, 10, 12, 14]
    assert called_for(waiting(2, 3), 20, 18) == [9, 11, 13, 15, 17]


def test_what_the_story_began_with_is_called_for_from_60_percent_of_the_length_on() -> None:
    assert called_for(waiting(1, 1), 20, 20) == [13, 15, 17, 19]
    assert called_for(waiting(1, 2), 20, 20) == [14, 18]
    assert called_for(waiting(1, 1), ENDLESS, 12) == [5, 7, 9, 11]


def test_the_word_on_pace_goes_with_the_tension_and_never_comes_twice_running() -> None:
    calm = walk(60, 10, World("w", "1", "W", "", "", genre=("comedy",)))
    assert "This passage may breathe: a small, exact, human moment." in calm[5].lines
    said = [line for found in walk(60, 40) for line in found.lines[-1:]]
    assert all(one != other for one, other in itertools.pairwise(said))
    tight = {
        found.tension
        for found in walk(60, 40)
        if found.lines[-1].startswith(("Keep this", "Time presses", "Somebody here is"))
    }
    assert min(tight) == 7.0


def test_a_part_of_which_the_world_says_nothing_only_begins() -> None:
    unsaid = World("w", "1", "W", "", "", acts=(Act("One", share=0.5), Act("Two", share=0.5)))
    assert direct(unsaid, StorySettings(turns=20), Ledger(), (), 11).lines == (
        "A new part begins here, and something changes that can't be undone.",
    )
    assert direct(World("w", "1", "W", "", ""), StorySettings(turns=20), Ledger(), (), 6).lines == (
        "A new part begins here, and something changes that can't be undone.",
    )


def test_near_the_end_nothing_new_is_opened_and_the_last_passage_is_the_last() -> None:
    assert after((), 18).lines == ("The story is near its end: open nothing new and let what is open come to a head.",)
    assert after((), 22).lines == after((), 18).lines
    assert after((), 23).lines == (
        "This passage is the story's last: bring it to its end, whole and earned, and offer no new question.",
    )
