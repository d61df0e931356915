"""Repeatable chance, the same on every machine: from the story's seed and its choices, never from the clock."""

import math
import random
from hashlib import blake2b


def digest(*parts: object) -> str:
    """A short stable digest of the parts, as text."""
    return blake2b("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def dice(*parts: object) -> random.Random:
    """A generator for one purpose in one turn."""
    return random.Random(int(digest(*parts), 16))


def gumbel(rng: random.Random) -> float:
    """Gumbel noise: with it added, the greatest score is each one in proportion to its exponential."""
    return -math.log(-math.log(min(max(rng.random(), 1e-12), 1 - 1e-12)))
