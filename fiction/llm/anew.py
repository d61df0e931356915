"""Parameters for asking a model for the same passage again, in other words."""

from collections.abc import Mapping
from random import SystemRandom

_WARMER = 0.1
"""Temperature added for each retelling."""
_MOST_WARMER = 3
_HOT = 1.2
"""The highest temperature that retelling leads to; the reader's own setting may be higher."""
_SEEDS = 2**31
_random = SystemRandom()


def otherwise(telling: int, parameters: Mapping[str, object]) -> dict[str, object]:
    """Parameters to add to a call: from the second telling on another seed and a slightly higher temperature.

    A server started with a fixed seed, or at temperature 0, would otherwise repeat itself to the letter.

    Args:
        telling: how often the same was asked before.
        parameters: the call's own; where they set no temperature, none is added.
    """
    if telling <= 0:
        return {}
    added: dict[str, object] = {"seed": _random.randrange(1, _SEEDS)}
    temperature = parameters.get("temperature")
    if isinstance(temperature, int | float):
        warmer = temperature + _WARMER * min(telling, _MOST_WARMER)
        added["temperature"] = max(temperature, round(min(_HOT, warmer), 2))
    return added
