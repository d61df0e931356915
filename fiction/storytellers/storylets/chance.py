"""Chance that is the same on every machine: drawn from the story's seed and the choices made, never from the clock."""

import math
import random
from hashlib import blake2b


def digest(*parts: object) -> str:
    """A short stable digest of what the parts say."""
    return blake2b("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def dice(*parts: object) -> random.Random:
    """A generator of its own for one purpose in one turn."""
    return random.Random(int(digest(*parts), 16))


def gumbel(rng: random.Random) -> float:
    """Noise that, added to scores, picks each in proportion to the exponential of its score."""
    return -math.log(-math.log(min(max(rng.random(), 1e-12), 1 - 1e-12)))
