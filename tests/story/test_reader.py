"""Pronouns: what somebody said, and what stands in where nobody did."""

import pytest

from fiction.story.reader import Pronouns


@pytest.mark.parametrize(
    ("said", "are"),
    [
        ("she/her", "she/her/her"),
        ("She / Her / Hers", "she/her/her"),
        ("they/them/theirs", "they/them/their"),
        ("sie/ihr", "she/her/her"),
        ("sie/ihnen", "they/them/their"),
        ("er", "he/him/his"),
        ("elle", "she/her/her"),
        ("lui/gli", "he/him/his"),
        ("она/её", "she/her/her"),
        ("他", "he/him/his"),
        ("她", "she/her/her"),
        ("xe/xem/xyr", "xe/xem/xyr"),
        ("elle/elle/sa", "elle/elle/sa"),
        ("", "they/them/their"),
        ("whatever", "they/them/their"),
    ],
)
def test_pronouns_are_read_in_many_languages(said: str, are: str) -> None:
    assert str(Pronouns.parse(said)) == are


def test_they_that_somebody_chose_is_told_and_they_that_stands_in_is_not() -> None:
    assert Pronouns.parse("they/them").told == "they/them"
    assert Pronouns.parse("she/her").told == "she/her"
    assert Pronouns.parse("") == Pronouns()
    assert Pronouns().told == ""
    assert Pronouns("she", "her", "her").told == "she/her"
