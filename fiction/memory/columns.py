"""Growing arrays: the columns of the index, with a row for every piece of a passage."""

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

Number = TypeVar("Number", bound=np.generic)

Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]
Floats = NDArray[np.float32]
Scores = NDArray[np.float64]


class GrowingArray(Generic[Number]):
    """A one- or two-dimensional array with spare room at its end."""

    def __init__(self, kind: type[Number], *, width: int = 0, values: NDArray[Number] | None = None) -> None:
        """`width` is the length of a row, 0 for plain numbers; `values` are the initial rows."""
        self._dtype: DTypeLike = kind
        self._width = width
        self._rows: NDArray[Number] = np.zeros(self._shape(16), self._dtype)
        self._size = 0
        if values is not None:
            self._rows = values.astype(kind)
            self._size = len(values)

    def __len__(self) -> int:
        return self._size

    @property
    def all(self) -> NDArray[Number]:
        """A view of all rows. Later appends never change its length, but may detach it from the array."""
        return self._rows[: self._size]

    def append(self, value: float | bool | Number) -> None:
        """Append a row, in amortised constant time."""
        if self._size == len(self._rows):
            grown: NDArray[Number] = np.zeros(self._shape(max(16, 2 * self._size)), self._dtype)
            grown[: self._size] = self._rows
            self._rows = grown
        self._rows[self._size] = value
        self._size += 1

    def _shape(self, count: int) -> tuple[int, ...]:
        return (count, self._width) if self._width else (count,)
