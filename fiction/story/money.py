"""Money in whole millionths of a US dollar: a price, an amount that a server names, and words for it.

An amount that nobody knows is None, never 0.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

MICRO = 1_000_000
"""Costs are counted in millionths of a dollar."""
MAX_DOLLARS = 1_000_000
"""For a million tokens; more is no price."""
_MAX_BILL = 1_000
"""Dollars for one call; more is no bill."""

_CENT, _DIME = 10_000, 100_000
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{0,40})?(?:[eE][+-]?\d{1,2})?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, in millionths of a US dollar for a million tokens."""

    prompt: int
    cached: int
    """Of the prompt's tokens, those that came from the cache."""
    completion: int
    request: int = 0
    """What each call costs besides, in millionths of a dollar."""

    @property
    def free(self) -> bool:
        """Nothing is to be paid."""
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
    """Millionths of a dollar that a server says a call has cost, rounded up; None for what is no such amount."""
    amount = _decimal(named)
    return None if amount is None or amount > _MAX_BILL else _rounded_up(amount * MICRO)


def per_million(named: object) -> int | None:
    """A price for a token in dollars, as services list it, as one for a million tokens; None for what is none.

    OpenRouter writes it as a string, and -1 for a price that varies.
    """
    amount = _decimal(named)
    if amount is None or amount * MICRO > MAX_DOLLARS:
        return None
    return _rounded_up(amount * MICRO * MICRO)


def _decimal(named: object) -> Decimal | None:
    """What a server wrote as a number or as a string; None for NaN, infinities, what is negative or no number."""
    if isinstance(named, bool) or not isinstance(named, int | float | str):
        return None
    try:
        written = named.strip() if isinstance(named, str) else repr(named)
    except ValueError:  # a whole number of more digits than Python writes
        return None
    return Decimal(written) if _NUMBER.match(written) else None


def _rounded_up(amount: Decimal) -> int:
    return int(amount.to_integral_value(rounding=ROUND_CEILING))
