"""One way to show an amount of money, and what is believed of the amounts that servers name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.story.money import billed, dollars, per_million

HOSTILE: list[object] = [
    None,
    True,
    "",
    "much",
    "-1",
    "NaN",
    "Infinity",
    float("nan"),
    float("inf"),
    -0.05,
    1e300,
    10**6_000,
    [1],
    {},
]


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "$0.00"),
        (1, "$0.0001"),
        (9_000, "$0.0090"),
        (10_000, "$0.01"),
        (12_345, "$0.0124"),
        (99_999, "$0.1000"),
        (123_456, "$0.13"),
        (1_000_000, "$1.00"),
        (1_234_567_891, "$1,234.57"),
        (10**400, f"${10**394:,}.00"),
    ],
)
def test_an_amount_is_rounded_up_to_cents_and_below_ten_cents_to_hundredths_of_them(amount: int, text: str) -> None:
    assert dollars(amount) == text


@given(st.integers(0, 10**13))
def test_no_amount_reads_as_less_than_it_is_nor_as_a_cent_more(amount: int) -> None:
    shown = dollars(amount).removeprefix("$").replace(",", "")
    whole, part = shown.split(".")
    read = int(whole) * 1_000_000 + int(part.ljust(6, "0"))
    assert amount <= read < amount + 10_000


@pytest.mark.parametrize(
    ("named", "micro"),
    [(0.05, 50_000), ("0.05", 50_000), (0, 0), (1e-7, 1), (5e-05, 50), (1_000, 10**9), ("1e-3", 1_000)],
)
def test_a_bill_is_read_as_the_server_wrote_it_and_rounded_up(named: object, micro: int) -> None:
    assert billed(named) == micro


@pytest.mark.parametrize(
    ("named", "price"), [("0.00003", 30_000_000), ("0", 0), (0, 0), ("0.000000075", 75_000), (1.5e-07, 150_000)]
)
def test_a_price_for_a_token_becomes_one_for_a_million(named: object, price: int) -> None:
    assert per_million(named) == price


@pytest.mark.parametrize("named", HOSTILE, ids=lambda named: str(type(named).__name__))
def test_what_is_no_amount_is_unknown_and_not_nothing(named: object) -> None:
    assert billed(named) is None
    assert per_million(named) is None
