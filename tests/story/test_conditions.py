"""The language of `when`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.story.conditions import CALLS, MAX_LENGTH, ConditionError, Situation, holds, parse


def situation(**values: int | str) -> Situation:
    return Situation(values, {name: (lambda argument: argument == "ferry") for name in CALLS})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("trust >= 2", True),
        ("trust >= 2 and debt == 0", True),
        ("not seen('ferry')", False),
        ("seen('ferry') and not did('other')", True),
        ("place == 'quay'", True),
        ("place != 'quay' or trust * 2 - 1 == 5", True),
        ("0 < trust < 3", False),
        ("unheard_of", False),
        ("unheard_of == 0", True),
        ("-trust < 0", True),
        ("place > 3", False),
    ],
)
def test_an_expression_is_true_of_a_situation(text: str, expected: bool) -> None:
    assert holds(text, situation(trust=3, debt=0, place="quay")) is expected


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "trust.__class__",
        "[1, 2]",
        "seen(ferry)",
        "seen('a', 'b')",
        "seen(x='a')",
        "2 ** 9999",
        "9 // 2",
        "lambda: 1",
        "trust if 1 else 2",
        "trust := 3",
        "'a' in place",
        "1.5 > trust",
        "f'{trust}'",
        "(",
        "trust >=",
        "1000000000 > trust",
        "(" * 150 + ")" * 150,
        "x" * (MAX_LENGTH + 1),
    ],
)
def test_what_is_not_of_the_language_is_refused(text: str) -> None:
    with pytest.raises(ConditionError):
        parse(text)


@given(st.text(max_size=120))
def test_reading_any_text_ends_in_a_condition_or_a_condition_error(text: str) -> None:
    try:
        condition = parse(text)
    except ConditionError:
        return
    assert condition.holds(situation(trust=1)) in (True, False)


def test_a_condition_tells_what_it_speaks_of() -> None:
    condition = parse("trust > 2 and seen('ferry-debt') and not did('ferry-debt/pay')")
    assert condition.names == {"trust"}
    assert condition.references == {("seen", "ferry-debt"), ("did", "ferry-debt/pay")}
    assert condition.specificity == 3
