"""BM25: the laws of its scores."""

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
