"""Money in whole millionths of a US dollar: prices, amounts that servers name, and how an amount is written.

An unknown amount is None, never 0.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

MICRO = 1_000_000
"""Costs are counted in millionths of a dollar."""
MAX_DOLLARS = 1_000_000
"""Greatest price of a million tokens; a greater number is no price."""
_MAX_BILL = 1_000
"""Greatest bill of one call, in dollars; a greater number is no bill."""

_CENT, _DIME = 10_000, 100_000
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{0,40})?(?:[eE][+-]?\d{1,2})?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a million tokens of a model, in millionths of a US dollar."""

    prompt: int
    cached: int
    """For prompt tokens from the server's cache."""
    completion: int
    request: int = 0
    """For each call besides, in millionths of a dollar."""

    @property
    def free(self) -> bool:
        """Every price is 0."""
        return not (self.prompt or self.cached or self.completion or self.request)


def dollars(amount: int) -> str:
    """Millionths of a dollar in words: `$1.24`, and below ten cents `$0.0124`.

    Always rounded up, so that no amount reads as less than was spent; whole cents have two places.
    """
    places, unit = (2, _CENT) if amount >= _DIME or amount % _CENT == 0 else (4, 100)
    units = -(-amount // unit)
    whole, part = divmod(units, 10**places)
    return f"${whole:,}.{part:0{places}}"


def billed(named: object) -> int | None:
    """The cost of a call as the server names it, in millionths of a dollar, rounded up; None for no such amount."""
    amount = _decimal(named)
    return None if amount is None or amount > _MAX_BILL else _rounded_up(amount * MICRO)


def per_million(named: object) -> int | None:
    """The price of a million tokens from the listed one of a token in dollars; None for no price.

    OpenRouter writes it as a string, and -1 for a price that varies.
    """
    amount = _decimal(named)
    if amount is None or amount * MICRO > MAX_DOLLARS:
        return None
    return _rounded_up(amount * MICRO * MICRO)


def _decimal(named: object) -> Decimal | None:
    """A server's number or string as a decimal; None for NaN, infinities, negative numbers and other text."""
    if isinstance(named, bool) or not isinstance(named, int | float | str):
        return None
    try:
        written = named.strip() if isinstance(named, str) else repr(named)
    except ValueError:  # a whole number of more digits than Python writes
        return None
    return Decimal(written) if _NUMBER.match(written) else None


def _rounded_up(amount: Decimal) -> int:
    return int(amount.to_integral_value(rounding=ROUND_CEILING))
