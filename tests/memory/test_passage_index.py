"""The index of one story: what it takes in, which vectors it believes, and what it finds."""

import numpy as np
import pytest

from fiction.memory.catalogue import Catalogue
from fiction.memory.embedders import HashedEmbedder
from fiction.memory.index import PassageIndex
from fiction.memory.sketch import LENGTH, sketch_length, sketched
from fiction.memory.terms import Words
from fiction.story.memory import Embedding, Memory, TurnId
from support.memory_stories import cue, played, story, told

WORDS = Words("en")
NAME = "hashed-8"


def index(*memories: Memory, dim: int = 8) -> PassageIndex:
    made = PassageIndex(WORDS, HashedEmbedder(WORDS, dim=dim))
    for memory in memories:
        made.take(memory)
    return made


def vector(*numbers: float) -> Embedding:
    return Embedding(NAME, np.array(numbers, "<f2").tobytes())


RAIN, KEY = story("Rain fell all night.", "The ferryman buried a key.")
UNIT = vector(*[0, 1] + [0] * 6)


def test_a_passage_is_taken_once_and_its_importance_is_taken_over() -> None:
    made = index(RAIN)
    assert made.take(KEY) is True
    assert made.take(told(2, KEY.text, importance=9)) is False
    assert len(made) == 2
    assert [place.importance for place in made.catalogue.places([0, 1])] == [5, 9]
    assert made.texts == {1: RAIN.text, 2: KEY.text}


def test_another_text_of_a_turn_takes_the_place_of_the_first() -> None:
    made = index(RAIN, told(1, "Snow fell."))
    assert [len(made.catalogue.pieces(TurnId(1))), made.texts[TurnId(1)]] == [1, "Snow fell."]
    assert made.ask(cue("rain"), ()).lexical().tolist() == [0.0, 0.0]
    assert made.ask(cue("snow"), ()).lexical()[1] > 0


def test_a_turn_that_is_forgotten_is_not_found_and_its_text_is_gone() -> None:
    made = index(RAIN, KEY)
    made.forget(TurnId(1))
    assert made.texts == {2: KEY.text}
    assert made.ask(cue("rain"), ()).allowed.tolist() == [False, True]
    made.forget(TurnId(99))


def test_a_vector_is_kept_with_its_sketch() -> None:
    made = index(RAIN, KEY)
    assert made.without_vectors() == [1, 2]
    assert made.place(TurnId(2), UNIT) is True
    assert made.without_vectors() == [1]
    assert (made.has_vector(0), made.has_vector(1)) == (False, True)
    assert made.rows([0, 1]).tolist() == [[0] * 8, [0, 1, *[0] * 6]]
    assert made.sketches.tolist() == made.rows([0, 1]).tolist()
    assert made.with_vectors(np.array([0, 1])).tolist() == [1]


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        Embedding("another-8", UNIT.vector),
        Embedding(NAME, UNIT.vector[:-2]),
        Embedding(NAME, UNIT.vector * 2),
        vector(float("nan"), *[0] * 7),
        vector(float("inf"), *[0] * 7),
    ],
    ids=["none", "another embedder's", "too short", "two of them", "no number", "infinite"],
)
def test_a_vector_that_is_none_of_ours_is_not_believed(wrong: Embedding | None) -> None:
    made = index(RAIN)
    assert made.place(TurnId(1), wrong) is False
    assert made.without_vectors() == [1]


def test_a_vector_of_an_unknown_turn_is_not_kept() -> None:
    assert index(RAIN).place(TurnId(7), UNIT) is False
    assert index(RAIN).place(TurnId(7), Embedding(NAME, b"")) is False


def test_what_a_cache_held_of_different_pieces_is_refused() -> None:
    catalogue = Catalogue()
    catalogue.add(RAIN, 1)
    with pytest.raises(ValueError, match="not whole"):
        PassageIndex(WORDS, HashedEmbedder(WORDS, dim=8), catalogue=catalogue)


def test_a_wording_is_indexed_with_its_vector_when_it_is_asked_about_and_holds_only_there() -> None:
    made = index(RAIN, KEY)
    edited = Memory(TurnId(1), 0, 1, "A rider gave you an astrolabe.", edited=True)
    asked = made.ask(cue("astrolabe"), (edited,))
    assert asked.allowed.tolist() == [False, True, True]
    assert asked.lexical().argmax() == 2
    assert made.has_vector(2)
    assert made.wordings((edited,)).tolist() == [2]
    assert made.wordings((RAIN,)).tolist() == []
    assert made.ask(cue("astrolabe"), ()).allowed.tolist() == [True, True, False]
    assert made.texts == {1: RAIN.text, 2: KEY.text}


def test_a_forgotten_wording_is_not_indexed() -> None:
    made = index(RAIN)
    made.ask(cue("astrolabe"), (Memory(TurnId(1), 0, 1, "An astrolabe.", edited=True, forgotten=True),))
    assert len(made) == 1


def test_the_title_is_found_too() -> None:
    made = index(Memory(TurnId(1), 0, 1, "Rain fell.", title="At the lighthouse"), KEY)
    assert made.ask(cue("lighthouse"), ()).lexical()[0] > 0


def test_the_open_thread_counts_half_in_both_arms() -> None:
    made = index(RAIN, KEY, dim=2048)
    rain, key, both = (made.ask(asked, ()) for asked in (cue("rain"), cue("key"), cue("rain", thread="key")))
    assert both.lexical().tolist() == (rain.lexical() + (key.lexical() / 2).round(6)).round(6).tolist()
    assert both.vector is not None
    assert rain.vector is not None
    assert key.vector is not None
    embedder, evidence = made.embedder, both.evidence
    summed = embedder.question("rain", evidence.rarity) + 0.5 * embedder.question("key", evidence.rarity)
    assert np.allclose(both.vector, summed / np.linalg.norm(summed), atol=1e-6)


def test_without_a_word_that_tells_anything_apart_there_is_no_vector_to_ask_with() -> None:
    made = index(*(told(turn, "The rain.") for turn in range(1, 9)))
    assert made.ask(cue("rain"), ()).vector is None
    assert made.ask(cue(""), ()).vector is None
    assert made.ask(cue("key"), ()).vector is not None


def test_the_nearest_are_the_nearest_among_those_that_have_a_vector() -> None:
    made = index(*played(40), dim=64)
    rows = np.random.default_rng(1).normal(size=(40, 64)).astype("<f2")
    for turn in range(1, 40):
        made.place(TurnId(turn), Embedding("hashed-64", rows[turn - 1].tobytes()))
    asked = rows[3].astype(np.float32)
    likeness = rows[:39].astype(np.float32) @ asked
    for count in (1, 3, 10):
        assert set(made.nearest(asked, np.arange(40), count).tolist()) == set(np.argsort(-likeness)[:count].tolist())
    assert sorted(made.nearest(asked, np.array([3, 7, 39]), 5).tolist()) == [3, 7]
    assert made.nearest(asked, np.array([], np.int64), 5).tolist() == []


def test_among_many_the_sketches_choose_first_and_the_whole_vectors_last() -> None:
    made = index(*played(700), dim=512)
    rows = np.random.default_rng(2).normal(size=(700, 512)).astype("<f2")
    for turn in range(1, 701):
        made.place(TurnId(turn), Embedding("hashed-512", rows[turn - 1].tobytes()))
    for wanted in (0, 350, 699):
        assert made.nearest(rows[wanted].astype(np.float32), np.arange(700), 1).tolist() == [wanted]


def test_short_vectors_are_their_own_sketches() -> None:
    rows = np.random.default_rng(3).normal(size=(2, LENGTH)).astype(np.float32)
    assert (sketched(rows) == rows).all()
    assert (sketch_length(LENGTH - 1), sketch_length(LENGTH), sketch_length(LENGTH + 1)) == (LENGTH - 1, LENGTH, LENGTH)


def test_every_place_of_a_long_vector_has_its_place_and_sign_in_the_sketch_for_ever() -> None:
    ones = sketched(np.eye(LENGTH + 8, dtype=np.float32))
    assert ones.shape == (LENGTH + 8, LENGTH)
    assert [int(row.nonzero()[0][0]) for row in ones] == [*range(LENGTH), *range(8)]
    signs = ones.sum(axis=1).astype(int).tolist()
    assert signs[:12] == [-1, 1, -1, 1, -1, -1, 1, -1, 1, 1, -1, 1]
    assert 0.4 < signs.count(1) / len(signs) < 0.6


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_as_many_as_there_are_and_more_can_be_asked_for(count: int) -> None:
    made = index(RAIN, KEY, told(3, "A fox stole the bread."))
    for turn in (1, 2, 3):
        made.place(TurnId(turn), vector(*[float(turn)] * 8))
    found = made.nearest(np.ones(8, np.float32), np.arange(3), count).tolist()
    assert sorted(found) == {1: [2], 2: [1, 2]}.get(count, [0, 1, 2])
