"""Short stand-ins for long vectors: their products are about the same, and cost a fraction.

A count sketch (Charikar, Chen and Farach-Colton 2002): every place of the long vector is added, with a fixed sign, to
one place of the short one. Whoever searches with sketches compares the best of what it finds by the whole vectors.
"""

import numpy as np

from fiction.memory.columns import Floats

LENGTH = 384
"""Numbers of a sketch: a search over 10,000 takes about 2 ms; vectors that are no longer than this stay as they are."""


def sketch_length(dim: int) -> int:
    """How long the sketches of vectors of `dim` numbers are."""
    return min(dim, LENGTH)


def sketched(rows: Floats) -> Floats:
    """The sketches of vectors, given as rows."""
    count, dim = rows.shape
    if dim <= LENGTH:
        return rows
    # The signs are the same in every version and on every machine: a cheap hash of the place, not a random number.
    places = np.arange(dim, dtype=np.uint32)
    signs = np.where(places * np.uint32(2654435761) >> np.uint32(31), 1, -1).astype(np.float32)
    padded = np.zeros((count, -(-dim // LENGTH) * LENGTH), np.float32)
    padded[:, :dim] = rows * signs
    short: Floats = padded.reshape(count, -1, LENGTH).sum(axis=1)
    return short
