"""The hashed vectors."""

from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.memory import embedders
from fiction.memory.columns import Floats
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


def features(text: str) -> Floats:
    """The features of one word, each with its sign, not normed."""
    row = embedder().embed([text])[0]
    return np.asarray(row / np.abs(row[np.flatnonzero(row)]).min(), dtype=np.float32)


def normed(row: Floats) -> Floats:
    return np.asarray(row / np.linalg.norm(row), dtype=np.float32)


def test_a_word_that_comes_again_weighs_by_the_logarithm_of_how_often() -> None:
    key, lamp = features("key"), features("lamp")
    found = embedder().embed(["key lamp key key"])[0]
    assert np.allclose(found, normed((1 + np.log(3)) * key + lamp), atol=1e-6)
    asked = embedder().question("key lamp key key", lambda term: 2.0 if term == "lamp" else 1.0)
    assert np.allclose(asked, normed((1 + np.log(3)) * key + 2 * lamp), atol=1e-6)


def test_a_word_is_its_stem_and_its_pieces_of_three_to_five_letters() -> None:
    assert np.count_nonzero(features("key")) == 1 + 3 + 2 + 1
    assert np.count_nonzero(features("lamp")) == 1 + 4 + 3 + 2


def test_characters_weigh_by_how_often_and_how_rare_they_are() -> None:
    chinese = embedder("zh")

    def gram(text: str) -> np.ndarray:
        return chinese.question(text, lambda _: 1.0)

    found = chinese.question("灯。灯。剑", lambda term: 3.0 if term == "剑" else 1.0)
    assert np.allclose(found, normed((1 + np.log(2)) * gram("灯") + 3 * gram("剑")), atol=1e-6)
    assert np.allclose(chinese.embed(["灯。灯。剑"])[0], normed((1 + np.log(2)) * gram("灯") + gram("剑")), atol=1e-6)


def test_nothing_is_computed_twice_and_not_everything_is_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[bytes] = []

    def counted(data: bytes) -> int:
        hashed.append(data)
        return crc32(data)

    monkeypatch.setattr(embedders, "crc32", counted)
    made = embedder()
    made.embed(["key", "key"])
    assert len(hashed) == 7
    made._known |= dict.fromkeys(map(str, range(40_000 - len(made._known))), np.zeros(0, np.uint32))
    made.embed(["lamp"])
    assert set(made._known) == {"lamp"}
