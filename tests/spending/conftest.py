"""Budgets in a folder of their own, a list of prices that does not change, and a clock that is set."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from fiction.spending.price_list import parse
from fiction.spending.prices import Prices

STORY, OTHER = "a" * 32, "b" * 32
PAID = "https://api.example.com/v1"
LIST = b"""\
prices:
- {model: teller, host: api.example.com, in: 1, cached: 0.1, out: 5}
- {model: teller-mini, host: api.example.com, in: 0.25, out: 1}
- {model: "teller-*", host: "*.example.com", in: 9, out: 9}
- {model: "*:free", host: openrouter.ai, in: 0, out: 0}
"""


class Clock:
    """A clock that stands until it is moved on."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 23, 30, tzinfo=timezone(timedelta(hours=9)))

    def __call__(self) -> datetime:
        return self.time

    def forward(self, *, minutes: int) -> None:
        self.time += timedelta(minutes=minutes)


@pytest.fixture
def prices() -> Prices:
    return Prices(parse(LIST, Path("prices.yaml")))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spending"
