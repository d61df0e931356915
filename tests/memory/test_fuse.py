"""From scores to passages: who is put forward, in which order, and what is left out."""

import numpy as np
import pytest

from fiction.memory import fuse
from fiction.memory.catalogue import Catalogue
from fiction.memory.fuse import Standing, assemble, best, by_words_alone, rank, shares
from fiction.story.memory import Lineage, Memory, Recalled, TurnId
from support.memory_stories import ONE_BRANCH, cue, told


def scores(*values: float) -> np.ndarray:
    return np.array(values, np.float64)


def whole(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def shelved(*memories: Memory, pieces: int = 1) -> Catalogue:
    catalogue = Catalogue()
    for memory in memories:
        catalogue.add(memory, pieces)
    return catalogue


def words_of(turn: TurnId) -> str:
    return f"passage {turn}"


def no_vector(_: TurnId) -> None:
    return None


@pytest.mark.parametrize(
    ("values", "count", "expected"),
    [
        ((0, 3, 1, 2), 2, [1, 3]),
        ((0, 3, 1, 2), 3, [1, 2, 3]),
        ((0, 3, 2, 2, 1), 2, [1, 2, 3]),
        ((0, 0), 2, []),
        ((0.5, 3, 0.5), 5, [0, 1, 2]),
    ],
    ids=["the highest", "as many as there are", "equal ones share the last place", "nothing found", "few found"],
)
def test_an_arm_puts_its_highest_scores_forward(values: tuple[float, ...], count: int, expected: list[int]) -> None:
    assert best(scores(*values), count).tolist() == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], []), ([2, 4, 3], [0, 1, 0.5]), ([0, 0], [0, 0]), ([0.2], [1]), ([3, 3], [1, 1])],
)
def test_scores_become_shares_between_the_least_and_the_greatest(values: list[float], expected: list[float]) -> None:
    assert shares(values) == expected


def test_a_standing_is_the_sum_of_both_arms_and_a_tenth_of_importance() -> None:
    standing = Standing(TurnId(1), 1, importance=10, piece=0, lexical=0.25, dense=0.5)
    assert standing.score == pytest.approx(0.85)


def test_the_turns_come_best_first_with_what_each_arm_says() -> None:
    catalogue = shelved(told(1, "a"), told(2, "b"), told(3, "c"))
    ranked = rank(whole(0, 1, 2), scores(1, 3, 2), scores(0.9, 0.1, 0.5), catalogue)
    assert [(int(s.turn), s.lexical, s.dense) for s in ranked] == [(3, 0.5, 0.5), (2, 1.0, 0.0), (1, 0.0, 1.0)]
    by_words = rank(whole(0, 1, 2), scores(1, 3, 2), None, catalogue)
    assert [(int(s.turn), s.lexical, s.dense) for s in by_words] == [(2, 1.0, 0.0), (3, 0.5, 0.0), (1, 0.0, 0.0)]


def test_of_equals_the_younger_comes_first_and_importance_decides_before_that() -> None:
    equal = rank(whole(0, 1), scores(2, 2), None, shelved(told(1, "a"), told(2, "b")))
    assert [int(standing.turn) for standing in equal] == [2, 1]
    weighed = rank(whole(0, 1), scores(2, 2), None, shelved(told(1, "a", importance=6), told(2, "b", importance=5)))
    assert [int(standing.turn) for standing in weighed] == [1, 2]


def test_a_turn_in_pieces_stands_once_with_the_best_of_them_and_unlikeness_takes_nothing_away() -> None:
    catalogue = shelved(told(1, "a"), told(2, "b"), pieces=2)
    ranked = rank(whole(0, 1, 2, 3), scores(1, 4, 2, 0), scores(-0.5, -0.1, 0.2, 0.4), catalogue)
    assert [(int(s.turn), s.lexical, s.dense) for s in ranked] == [(2, 0.0, 1.0), (1, 1.0, 0.0)]
    assert [standing.piece for standing in ranked] == [2, 0]


def standing(turn: int, *, lexical: float = 0.5, dense: float = 0.0) -> Standing:
    return Standing(TurnId(turn), turn, 5, turn, lexical, dense)


def assembled(ranked: list[Standing], *, limit: int = 4, held: tuple[Memory, ...] = ()) -> tuple[Recalled, ...]:
    return assemble(ranked, cue=cue("?", limit=limit), held=held, text=words_of, vector=no_vector)


def test_the_best_come_in_the_order_of_the_story_up_to_the_limit() -> None:
    found = assembled([standing(7, lexical=1.0, dense=0.25), standing(2), standing(5)], limit=2)
    assert [int(item.turn) for item in found] == [2, 7]
    assert found[1] == Recalled(TurnId(7), 7, "passage 7", score=1.3, dense=0.25, lexical=1.0)
    assert assembled([standing(7)], limit=0) == assembled([standing(7)], limit=-1) == ()


def test_what_is_pinned_comes_beyond_the_limit_once_and_with_its_scores() -> None:
    pin = Memory(TurnId(7), 0, 7, "as pinned", pinned=True)
    other = Memory(TurnId(1), 0, 1, "also pinned", pinned=True)
    found = assembled([standing(7, lexical=1.0), standing(2), standing(5)], limit=1, held=(other, pin))
    assert [int(item.turn) for item in found] == [1, 2, 7]
    assert [item.pinned for item in found] == [True, False, True]
    assert found[0] == Recalled(TurnId(1), 1, "also pinned", pinned=True)
    assert found[2] == Recalled(TurnId(7), 7, "as pinned", score=1.05, lexical=1.0, pinned=True)


def test_what_no_arm_found_and_what_has_no_text_is_left_out() -> None:
    ranked = [standing(1, lexical=0.0), standing(2, lexical=0.0, dense=0.1), standing(3)]
    found = assemble(ranked, cue=cue("?"), held=(), text=lambda turn: "" if turn == 3 else "x", vector=no_vector)
    assert [int(item.turn) for item in found] == [2]


@pytest.mark.parametrize(
    ("other", "kept"),
    [("One two three four five six seven eight nine ten", 1), ("one two three four five six seven eight nine TEN x", 1),
     ("one two three four five six seven eight nine", 1), ("one two three four five six seven eight", 2)],
    ids=["the same words", "10 of 11", "9 of 10", "8 of 10"],
)  # fmt: skip
def test_a_passage_with_nine_tenths_of_the_words_of_a_better_one_is_left_out(other: str, kept: int) -> None:
    texts = {1: "one two three four five six seven eight nine ten", 2: other}
    found = assemble([standing(1), standing(2)], cue=cue("?"), held=(), text=lambda turn: texts[turn], vector=no_vector)
    assert len(found) == kept


@pytest.mark.parametrize(("likeness", "kept"), [(0.96, 1), (0.94, 2)])
def test_a_passage_whose_vector_is_almost_that_of_a_better_one_is_left_out(likeness: float, kept: int) -> None:
    vectors = {1: np.array([1, 0], np.float32), 2: np.array([likeness, (1 - likeness**2) ** 0.5], np.float32)}
    ranked = [standing(1), standing(2)]
    assert len(assemble(ranked, cue=cue("?"), held=(), text=words_of, vector=lambda turn: vectors[turn])) == kept
    lacking = {1: vectors[1], 2: None}
    assert len(assemble(ranked, cue=cue("?"), held=(), text=words_of, vector=lambda turn: lacking[turn])) == 2


def test_pinned_is_what_the_reader_pinned_on_this_path_and_the_prompt_does_not_hold_yet() -> None:
    def pin(turn: int, *, segment: int = 0, pinned: bool = True, forgotten: bool = False) -> Memory:
        return Memory(TurnId(turn), segment, turn, "text", pinned=pinned, forgotten=forgotten)

    overrides = [pin(5), pin(2), pin(9), pin(3, segment=1), pin(4, pinned=False), pin(1, forgotten=True), pin(6)]
    asked = cue("?", lineage=Lineage(((0, 7),)), before=6)
    assert [int(memory.turn) for memory in fuse.pinned(overrides, asked)] == [2, 5]
    assert [int(memory.turn) for memory in fuse.pinned([pin(5), pin(6)], cue("?", lineage=ONE_BRANCH))] == [5, 6]


def test_by_words_alone_the_best_come_first_as_shares_of_the_first() -> None:
    catalogue = shelved(*(told(turn, "x") for turn in range(1, 5)))
    found = by_words_alone(scores(1, 4, 0, 2), catalogue, words_of, frozenset({TurnId(4)}))
    assert found == (
        Recalled(TurnId(2), 2, "passage 2", score=1.0, lexical=1.0),
        Recalled(TurnId(4), 4, "passage 4", score=0.5, lexical=0.5, pinned=True),
        Recalled(TurnId(1), 1, "passage 1", score=0.25, lexical=0.25),
    )


def test_by_words_alone_a_turn_counts_with_its_best_piece_the_younger_first_and_eight_at_most() -> None:
    catalogue = shelved(*(told(turn, "x") for turn in range(1, 12)), pieces=2)
    every = by_words_alone(np.tile(scores(1, 2), 11), catalogue, words_of, frozenset())
    assert [int(item.turn) for item in every] == [11, 10, 9, 8, 7, 6, 5, 4]
    assert {item.score for item in every} == {1.0}
    one = by_words_alone(scores(3, 1, 2, *[0] * 19), catalogue, lambda turn: "" if turn == 1 else "x", frozenset())
    assert [(int(item.turn), item.score) for item in one] == [(2, 0.666667)]


def test_by_words_alone_small_scores_are_shares_too() -> None:
    catalogue = shelved(told(1, "x"), told(2, "x"))
    found = by_words_alone(scores(0.25, 0.5), catalogue, words_of, frozenset())
    assert [(int(item.turn), item.score) for item in found] == [(2, 1.0), (1, 0.5)]
