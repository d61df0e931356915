"""Texts that are compared: their spellings come to one, and words that differ stay apart."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.text.folding import fold, same_spelling, unaccented


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the weigher's seal", "The weigher’s seal"),
        ("the weigher's seal", "the weigherʼs\u00a0seal"),
        ("café noir", "CAFE NOIR"),
        ("café noir", "cafe\u0301 noir"),
        ("well-known", "well\u2011known"),
        ("old tower", "old\n  tower"),
        ("Straße", "STRASSE"),
        ("the ﬁrst", "the first"),
        ("Nguyễn Thị Ngọc", "nguyen thi ngoc"),
        ('say "no"', "say “no”"),
        ("lamp\u00adlight", "lamplight"),
        ("ｌａｍｐ", "lamp"),
    ],
)
def test_the_spellings_of_a_text_fold_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("сей", "сеи"), ("が", "か"), ("well-known", "well known"), ("ς", "a")])
def test_other_words_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_one_spelling_keeps_capitals_and_accents() -> None:
    assert same_spelling("Zoë\u2009D’Arcy") == "Zoë D'Arcy"
    assert unaccented("Zoë й") == "Zoe й"


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(codec="utf-8", categories=["L", "M", "Zs", "Pd"])))
def test_unicode_forms_of_a_text_fold_to_one(text: str) -> None:
    forms = {fold(unicodedata.normalize(form, text)) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    assert len(forms) == 1
