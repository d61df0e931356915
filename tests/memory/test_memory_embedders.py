"""The hashed vectors."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fiction.memory.embedders import HashedEmbedder, embed_passage
from fiction.memory.terms import Words


def embedder(language: str = "en") -> HashedEmbedder:
    return HashedEmbedder(Words(language))


@given(st.lists(st.text(max_size=80), max_size=4))
def test_every_vector_has_unit_length_or_none(texts: list[str]) -> None:
    lengths = np.linalg.norm(embedder().embed(texts), axis=1)
    assert all(abs(length - 1) < 1e-4 or length == 0 for length in lengths.tolist())


def test_the_same_text_gives_the_same_vector_in_every_process() -> None:
    row = embedder().embed(["The ferryman buried a brass key."])[0]
    assert (
        np.flatnonzero(row)[:5].tolist()
        == np.flatnonzero(embedder().embed(["The ferryman buried a brass key."])[0])[:5].tolist()
    )
    assert int(np.argmax(np.abs(row))) == int(
        np.argmax(np.abs(embedder().embed(["The ferryman buried a brass key."])[0]))
    )


def test_inflected_and_misspelt_words_are_near() -> None:
    rows = embedder().embed(["the ferryman's lantern", "two lanterns of a feryman", "bread and butter"])
    assert rows[0] @ rows[1] > 0.3 > rows[0] @ rows[2]


def test_a_word_of_no_weight_is_not_asked_for() -> None:
    found = embedder().question("Imre lantern", lambda term: 0.0 if term == "imr" else 1.0)
    assert np.allclose(found, embedder().question("lantern", lambda _: 1.0))
    assert not embedder().question("Imre", lambda _: 0.0).any()


def test_chinese_texts_that_share_words_are_near() -> None:
    rows = embedder("zh").embed(["李雷在河边找到一把剑", "那把剑是李雷的", "今天天气很好"])
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


def test_a_long_passage_has_a_vector_a_piece() -> None:
    made = embed_passage(embedder(), "The ferryman rows on and says nothing. " * 80)
    assert made.model == "hashed-2048"
    assert len(made.vector) == 3 * 2048 * 2
