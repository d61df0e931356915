"""Sketches: short vectors with about the same products as the long ones, at a fraction of the cost.

A count sketch (Charikar, Chen and Farach-Colton 2002): every number of the long vector is added, with a fixed sign, to
one number of the short one. The best results of a search with sketches are compared again by their full vectors.
"""

import numpy as np

from fiction.memory.columns import Floats

LENGTH = 384
"""Dimension of a sketch: a search over 10,000 takes about 2 ms. Vectors up to this dimension are their own sketch."""


def sketch_length(dim: int) -> int:
    """The dimension of sketches of vectors with `dim` numbers."""
    return min(dim, LENGTH)


def sketched(rows: Floats) -> Floats:
    """The sketches of vectors; one row each."""
    count, dim = rows.shape
    if dim <= LENGTH:
        return rows
    # Signs come from a cheap hash of the place, to be the same in every version and on every machine.
    places = np.arange(dim, dtype=np.uint32)
    signs = np.where(places * np.uint32(2654435761) >> np.uint32(31), 1, -1).astype(np.float32)
    padded = np.zeros((count, -(-dim // LENGTH) * LENGTH), np.float32)
    padded[:, :dim] = rows * signs
    short: Floats = padded.reshape(count, -1, LENGTH).sum(axis=1)
    return short
