"""Moments as saves hold them."""

import pytest

from fiction.text.times import local_time


def test_milliseconds_are_local_time() -> None:
    found = local_time(1_700_000_000_500)
    assert found is not None
    assert found.timestamp() == 1_700_000_000.5
    assert found.tzinfo is not None


@pytest.mark.parametrize("absurd", [0, 10**18, -(10**18), 10**300])
def test_what_no_calendar_holds_is_no_time(absurd: int) -> None:
    assert local_time(absurd) is None
