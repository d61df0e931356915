"""Depth of foreign structure: counted exactly, at any depth, without recursion."""

import pytest

from fiction.text.nesting import too_deep


def nested(levels: int) -> object:
    value: object = "leaf"
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


@pytest.mark.parametrize(("levels", "deep"), [(0, False), (1, False), (5, False), (6, True), (100_000, True)])
def test_the_levels_of_a_structure_are_counted(levels: int, deep: bool) -> None:
    assert too_deep(nested(levels), 5) is deep


def test_the_deepest_part_counts() -> None:
    assert too_deep([1, nested(3), nested(7)], 5)
    assert not too_deep([nested(3)] * 1000, 5)
