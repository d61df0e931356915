"""BM25: the laws of its scores."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.memory.lexical import LexicalIndex

DOCUMENTS = st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=12), min_size=1, max_size=20)


def built(documents: list[list[str]]) -> LexicalIndex:
    index = LexicalIndex()
    for document in documents:
        index.add(document)
    return index


@given(DOCUMENTS, st.integers(0, 20), st.sets(st.sampled_from("abcdefghxyz")))
def test_a_thawed_index_that_grows_scores_like_one_built_at_once(
    documents: list[list[str]], cut: int, question: set[str]
) -> None:
    grown = LexicalIndex.thaw(built(documents[:cut]).freeze())
    for document in documents[cut:]:
        grown.add(document)
    everything = np.ones(len(documents), bool)
    terms = sorted(question)
    one = grown.look_up(terms, everything).bm25(terms)
    other = built(documents).look_up(terms, everything).bm25(terms)
    assert one.tolist() == other.tolist()


@given(DOCUMENTS, DOCUMENTS, st.sets(st.sampled_from("abcdefgh"), min_size=1))
def test_what_another_branch_holds_changes_no_score(
    here: list[list[str]], elsewhere: list[list[str]], question: set[str]
) -> None:
    terms = sorted(question)
    both = built(here + elsewhere)
    allowed = np.arange(len(here) + len(elsewhere)) < len(here)
    alone = built(here).look_up(terms, np.ones(len(here), bool)).bm25(terms)
    beside = both.look_up(terms, allowed).bm25(terms)
    assert beside[: len(here)].tolist() == alone.tolist()
    assert not beside[len(here) :].any()


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    evidence = built([["rain", "key"], ["rain"], ["rain"], ["rain"], ["rain"]]).look_up(
        ["rain", "key"], np.ones(5, bool)
    )
    assert evidence.rarity("key") > evidence.rarity("rain")
    assert evidence.rarity("never") > evidence.rarity("key")
    assert evidence.common("rain")
    assert not evidence.common("key")


def test_arrays_that_do_not_fit_together_are_refused() -> None:
    arrays = built([["a", "b"], ["b"]]).freeze()
    with pytest.raises(ValueError, match="fit together"):
        LexicalIndex.thaw({**arrays, "lengths": np.zeros(0, np.int64)})
    with pytest.raises(ValueError, match="fit together"):
        LexicalIndex.thaw({**arrays, "starts": arrays["starts"][:-1]})


def okapi(documents: list[list[str]], question: list[str]) -> list[float]:
    """BM25 by the book (Robertson and Zaragoza 2009), with k1 1.2, b 0.75 and an idf that is never negative."""
    mean = max(1.0, sum(map(len, documents)) / len(documents))
    scores = []
    for document in documents:
        score = 0.0
        for term in set(question):
            holding, count = sum(term in other for other in documents), document.count(term)
            idf = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
            score += idf * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(document) / mean))
        scores.append(score)
    return scores


@given(DOCUMENTS, st.lists(st.sampled_from("abcdefghx"), max_size=6))
def test_scores_are_those_of_the_book(documents: list[list[str]], question: list[str]) -> None:
    evidence = built(documents).look_up(question, np.ones(len(documents), bool))
    assert evidence.bm25(question).tolist() == pytest.approx(okapi(documents, question))


def test_a_term_that_comes_more_than_255_times_counts_as_255() -> None:
    evidence = built([["a"] * 300 + ["b"], ["b"]]).look_up(["a"], np.ones(2, bool))
    assert [counts.tolist() for _, counts in evidence.hits.values()] == [[255.0]]
    assert built([["a"] * 255]).look_up(["a"], np.ones(1, bool)).hits["a"][1].tolist() == [255.0]


@pytest.mark.parametrize(("holding", "of", "common"), [(3, 4, False), (4, 4, True), (5, 20, False), (6, 20, True)])
def test_a_term_is_common_in_more_than_three_pieces_and_more_than_a_quarter(
    holding: int, of: int, common: bool
) -> None:
    documents = [["a"]] * holding + [["b"]] * (of - holding)
    assert built(documents).look_up(["a"], np.ones(of, bool)).common("a") is common
    assert not built(documents).look_up(["a"], np.ones(of, bool)).common("x")


def test_where_nothing_may_be_recalled_nothing_is_found() -> None:
    evidence = built([["a"], ["b"]]).look_up(["a"], np.zeros(2, bool))
    assert (evidence.total, dict(evidence.hits)) == (0, {})
    assert evidence.bm25(["a"]).tolist() == [0.0, 0.0]


def test_pieces_are_numbered_as_they_come() -> None:
    index = LexicalIndex()
    assert [index.add(["a"]), index.add([]), index.add(["a", "b"])] == [0, 1, 2]
    assert len(index) == 3


@pytest.mark.parametrize(
    ("name", "values"),
    [("starts", [0, 3, 2, 3]), ("starts", [1, 1, 2, 3]), ("starts", [0, 1, 2, 2]), ("postings", [1, 1, 5 << 8 | 1]),
     ("postings", [1, 1]), ("lengths", [2])],
)  # fmt: skip
def test_arrays_that_say_what_can_not_be_are_refused(name: str, values: list[int]) -> None:
    arrays = {**built([["a", "b"], ["c"]]).freeze(), name: np.array(values)}
    with pytest.raises(ValueError, match="fit together"):
        LexicalIndex.thaw(arrays)
