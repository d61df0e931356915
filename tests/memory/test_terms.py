"""What a text is made of, in many scripts."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.memory import terms
from fiction.memory.passages import WHOLE, length, pieces
from fiction.memory.terms import Words


def test_words_are_stemmed_and_stop_words_are_left_out() -> None:
    assert Words("en").terms("The ferrymen were burying the keys") == Words("en").terms("ferrymen bury key")


def test_accents_make_no_difference() -> None:
    assert Words("fr").terms("Éléonore déjà rêvée") == Words("fr").terms("Eleonore deja revee")


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("de", "die Häuser", "das Haus"),
        ("es", "las canciones", "canción"),
        ("ru", "книги", "книга"),
        ("xx", "keys", "keys"),
    ],
)
def test_each_language_has_its_own_stems(language: str, one: str, other: str) -> None:
    words = Words(language)
    assert words.terms(one)[-1:] == words.terms(other)[-1:]


def test_unspaced_scripts_give_characters_and_pairs() -> None:
    assert Words("zh-Hans").terms("找到剑。") == ["找", "到", "剑", "找到", "到剑"]
    assert "かぎ" in Words("ja").terms("かぎを埋めた")
    assert "열쇠" in Words("ko").terms("열쇠를 묻었다")
    assert set(Words("en").terms("Imre 在 the mill")) == {"imr", "在", "mill"}


def test_words_with_vowel_signs_stay_whole() -> None:
    assert len(Words("hi").terms("किताबें")) == 1


@given(st.text())
def test_any_text_has_terms_and_none_is_empty(text: str) -> None:
    assert all(Words("en").terms(text)) is True


@given(
    st.lists(
        st.sampled_from(["Rain.", "The mill burned!", "找到一把剑。", "who knows", "\n\n"]), min_size=0, max_size=600
    )
)
def test_a_passage_is_cut_between_sentences_and_loses_no_word(sentences: list[str]) -> None:
    text = " ".join(sentences)
    parts = pieces(text)
    assert " ".join(parts).split() == text.split() or "".join("".join(parts).split()) == "".join(text.split())
    assert len(parts) == 1 if length(text) <= WHOLE else all(parts)


def test_a_long_passage_comes_in_pieces_of_about_equal_length() -> None:
    parts = pieces("The ferryman rows on and says nothing at all. " * 50)
    assert len(parts) == 3
    assert max(map(len, parts)) < 1.3 * min(map(len, parts))


def test_a_long_passage_without_an_end_stays_whole() -> None:
    assert len(pieces("word " * 500)) == 1


def test_a_word_is_stemmed_once_and_not_every_word_is_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    words, stemmed = Words("en"), list[str]()
    stemmer = words._stemmer
    assert stemmer is not None

    def stem(word: str) -> str:
        stemmed.append(word)
        return str(stemmer.stemWord(word))

    monkeypatch.setattr(words, "_stemmer", SimpleNamespace(stemWord=stem))
    assert [words.term(word) for word in ("lanterns", "keys", "lanterns", "keys")] == [
        "lantern",
        "key",
        "lantern",
        "key",
    ]
    assert stemmed == ["lanterns", "keys"]
    monkeypatch.setattr(terms, "_REMEMBERED", 2)
    assert words.term("bells") == "bell"
    assert words._terms == {"bells": "bell"}


def test_a_word_without_end_counts_with_its_first_64_letters() -> None:
    assert Words("zz").split("x" * 64 + " " + "x" * 65 + " y") == (["x" * 64, "x" * 64, "y"], [])


def test_a_run_of_characters_is_its_characters_and_its_pairs() -> None:
    assert Words("zh").split("剑灯舟") == ([], ["剑", "灯", "舟", "剑灯", "灯舟"])
    assert Words("zh").split("剑") == ([], ["剑"])


@pytest.mark.parametrize(("tag", "language"), [("EN_gb", "en"), (" de-AT ", "de"), ("", "en"), ("zz", "zz")])
def test_a_language_is_the_first_part_of_its_tag(tag: str, language: str) -> None:
    assert Words(tag).language == language


@pytest.mark.parametrize(("words", "count"), [(220, 1), (221, 2), (440, 2), (441, 3)])
def test_a_passage_has_a_piece_for_every_220_words(words: int, count: int) -> None:
    assert len(pieces("So it is. " * (words // 3) + "And. " * (words % 3))) == count


def test_characters_count_as_the_words_that_they_would_be() -> None:
    assert [length("剑" * 17), length("剑" * 17 + " so it is"), length("so it is"), length("")] == [11, 14, 3, 0]
