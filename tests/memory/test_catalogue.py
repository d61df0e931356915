"""Which piece belongs to which turn, and which pieces a question may find."""

import numpy as np
import pytest

from fiction.memory.catalogue import AS_TOLD, Catalogue, edition
from fiction.memory.columns import GrowingArray
from fiction.story.memory import Lineage, Memory, TurnId
from support.memory_stories import ONE_BRANCH, told

FORK = [
    told(1, "one", segment=5, depth=1),
    told(2, "two", segment=5, depth=2),
    told(3, "three", segment=9, depth=2),
    told(4, "four", segment=9, depth=3),
]


def filled(*memories: Memory, pieces: int = 1) -> Catalogue:
    catalogue = Catalogue()
    for memory in memories:
        catalogue.add(memory, pieces)
    return catalogue


def allowed(
    catalogue: Catalogue, *segments: tuple[int, int], before: int = 99, changed: tuple[Memory, ...] = ()
) -> list[int]:
    return np.flatnonzero(catalogue.allowed(Lineage(segments), before, changed)).tolist()


def test_pieces_are_numbered_as_they_come() -> None:
    catalogue = Catalogue()
    assert (len(catalogue), catalogue.last) == (0, 0)
    assert [catalogue.add(told(7, "x"), 2), catalogue.add(told(3, "y"), 1)] == [[0, 1], [2]]
    assert (len(catalogue), catalogue.last, catalogue.told()) == (3, 7, [7, 3])
    assert (catalogue.pieces(TurnId(7)), catalogue.pieces(TurnId(8))) == ([0, 1], [])
    assert [(place.turn, place.depth) for place in catalogue.places([2, 0])] == [(3, 3), (7, 7)]
    with pytest.raises(IndexError):
        catalogue.places([3])


def test_a_question_finds_what_is_on_its_path_and_above_its_bound() -> None:
    catalogue = filled(*FORK)
    assert allowed(catalogue, (5, 2)) == [0, 1]
    assert allowed(catalogue, (9, 3), (5, 1)) == [0, 2, 3]
    assert allowed(catalogue, (9, 3), (5, 1), before=3) == [0, 2]
    assert allowed(catalogue, (9, 3), (5, 1), before=1) == []
    assert allowed(catalogue, (77, 9)) == []
    assert allowed(catalogue, (5, 1), (5, 2)) == allowed(catalogue, (5, 2), (5, 1)) == [0, 1]


def test_a_wording_stands_in_its_passages_place_where_it_holds() -> None:
    catalogue = filled(*FORK)
    edited = Memory(TurnId(2), 5, 2, "in other words", edited=True)
    assert (edition(FORK[1]), edition(edited) > AS_TOLD) == (AS_TOLD, True)
    catalogue.add(edited, 1)
    assert allowed(catalogue, (5, 2)) == [0, 1]
    assert allowed(catalogue, (5, 2), changed=(edited,)) == [0, 4]
    assert allowed(catalogue, (9, 3), (5, 1), changed=(edited,)) == [0, 2, 3]
    gone = Memory(TurnId(2), 5, 2, "in other words", edited=True, forgotten=True)
    assert allowed(catalogue, (5, 2), changed=(gone,)) == [0]
    assert catalogue.told() == [1, 2, 3, 4]
    assert catalogue.told_pieces().tolist() == [0, 1, 2, 3]


def test_what_is_dropped_is_never_found_again() -> None:
    catalogue = filled(*FORK)
    catalogue.drop(TurnId(1))
    assert (allowed(catalogue, (5, 2)), catalogue.told(), catalogue.pieces(TurnId(1))) == ([1], [2, 3, 4], [])
    assert catalogue.told_pieces().tolist() == [1, 2, 3]
    catalogue.drop(TurnId(1))
    assert catalogue.add(told(1, "anew", segment=5), 1) == [4]
    assert allowed(catalogue, (5, 2)) == [1, 4]


@pytest.mark.parametrize(
    ("memory", "held"),
    [
        (FORK[0], True),
        (told(1, "one", segment=9, depth=1), False),
        (told(1, "one", segment=5, depth=2), False),
        (told(1, "another", segment=5, depth=1), False),
        (told(9, "one", segment=5, depth=1), False),
    ],
)
def test_exactly_this_text_at_exactly_this_place_is_known(memory: Memory, held: bool) -> None:
    assert filled(*FORK).holds(memory) is held


def test_importance_is_taken_over_in_every_piece() -> None:
    catalogue = filled(*FORK, pieces=2)
    catalogue.weigh(told(2, "two", importance=9))
    assert [place.importance for place in catalogue.places(list(range(8)))] == [5, 5, 9, 9, 5, 5, 5, 5]


def test_another_index_is_told_turn_part_segment_and_depth() -> None:
    entries = filled(FORK[0], FORK[3], pieces=2).entries(np.array([1, 2]))
    assert [entries.turn.tolist(), entries.part.tolist()] == [[1, 4], [1, 0]]
    assert [entries.segment.tolist(), entries.depth.tolist()] == [[5, 9], [1, 3]]
    assert len(set(entries.digest.tolist())) == 2


def test_a_thawed_catalogue_goes_on_as_the_frozen_one() -> None:
    one = filled(*FORK, pieces=2)
    one.drop(TurnId(2))
    other = Catalogue.thaw(one.freeze())
    for catalogue in (one, other):
        catalogue.add(told(6, "six", segment=7), 1)
        catalogue.drop(TurnId(3))
    assert other.told() == one.told() == [1, 4, 6]
    assert other.places(list(range(9))) == one.places(list(range(9)))
    for segments in ([(5, 2)], [(9, 3), (5, 1)], [(7, 9)]):
        assert allowed(other, *segments) == allowed(one, *segments)
    assert (other.pieces(TurnId(4)), other.last) == ([6, 7], 6)
    assert other.freeze()["segment"].tolist() == one.freeze()["segment"].tolist()


@pytest.mark.parametrize("name", ["turn", "part", "segment", "depth", "digest", "importance", "edition", "alive"])
def test_arrays_of_different_lengths_are_refused(name: str) -> None:
    arrays = filled(*FORK).freeze()
    with pytest.raises(ValueError, match="fit together"):
        Catalogue.thaw({**arrays, name: arrays[name][:-1]})


def test_an_empty_catalogue_allows_nothing() -> None:
    assert Catalogue().allowed(ONE_BRANCH, 9, ()).tolist() == []
    assert len(Catalogue.thaw(Catalogue().freeze())) == 0


def test_an_array_grows_beyond_its_room_and_keeps_its_rows() -> None:
    numbers = GrowingArray(np.int64)
    rows = GrowingArray(np.float32, width=2, values=np.ones((3, 2), np.float32))
    for number in range(40):
        numbers.append(number)
        rows.append(0.0)
    assert (numbers.all.tolist(), len(numbers)) == (list(range(40)), 40)
    assert (rows.all.shape, rows.all.sum()) == ((43, 2), 6.0)
    rows.all[0] = 5
    assert rows.all[0].tolist() == [5, 5]
