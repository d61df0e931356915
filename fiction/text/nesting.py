"""The depth of foreign structure, measured without recursion before any work that descends into it."""

from collections.abc import Mapping

MOST = 64
"""Most levels of a document."""


def too_deep(value: object, most: int = MOST) -> bool:
    """Whether a value holds mappings and lists in one another more than `most` levels deep."""
    level = [value]
    for _ in range(most):
        level = [part for each in level for part in _parts(each)]
        if not level:
            return False
    return True


def _parts(value: object) -> list[object]:
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [part for part in parts if isinstance(part, list | Mapping)]
