"""How a model is asked for the same once more, so that it says it in other words."""

from collections.abc import Mapping
from random import SystemRandom

_WARMER = 0.1
"""Of temperature, for each telling."""
_MOST_WARMER = 3
_HOT = 1.2
"""No nudge goes beyond; what the reader set may."""
_SEEDS = 2**31
_random = SystemRandom()


def otherwise(telling: int, parameters: Mapping[str, object]) -> dict[str, object]:
    """Parameters to add to those of a call: from the second telling on another seed, and a little more warmth.

    A server that was started with one seed, or at a temperature of 0, would say the same to the letter.

    Args:
        telling: how often the same was asked before.
        parameters: those of the call; a temperature that is left to the server stays with it.
    """
    if telling <= 0:
        return {}
    added: dict[str, object] = {"seed": _random.randrange(1, _SEEDS)}
    temperature = parameters.get("temperature")
    if isinstance(temperature, int | float):
        warmer = temperature + _WARMER * min(telling, _MOST_WARMER)
        added["temperature"] = max(temperature, round(min(_HOT, warmer), 2))
    return added
