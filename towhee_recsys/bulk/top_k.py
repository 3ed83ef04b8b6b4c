"""The highest scores of each row of a matrix."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

LEAST = np.finfo(np.float32).min
"""The lowest score that counts: cells of -inf are left out."""


@dataclass(frozen=True, eq=False)
class Highest:
    """The highest scores of each row, a row after the other, the highest first; of equal ones the first column.

    Attributes:
        rows: Their rows, int64[m].
        columns: Their columns, int64[m].
        scores: The scores, float32[m].
    """

    rows: np.ndarray
    columns: np.ndarray
    scores: np.ndarray

    @property
    def places(self) -> np.ndarray:
        """The place of each in its row, from 0: int64[m]."""
        return np.arange(len(self.rows)) - np.searchsorted(self.rows, self.rows)

    def at(self, chosen: np.ndarray) -> Highest:
        """Those at positions, or where a mask is true."""
        return Highest(self.rows[chosen], self.columns[chosen], self.scores[chosen])


NONE = Highest(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
"""No scores."""


def highest(scores: np.ndarray, count: int, first: int = 0, before: Highest = NONE) -> Highest:
    """The `count` highest scores of each row, or fewer where a row has fewer that are not -inf.

    A partition of all columns takes longer than the matrix product before it. So a bound is found that the `count`
    highest of each row reach, and few others: the `count`-th highest of the maxima of groups of columns.

    Args:
        scores: float32[n, m], without NaN: of columns from `first` on.
        count: How many, from 1.
        first: The number of the first column.
        before: The highest scores in the columns before it.
    """
    bounds = np.maximum(_bounds(scores, count), LEAST)
    full = before.places == count - 1  # a row that has so many already needs higher ones
    bounds[before.rows[full]] = np.maximum(bounds[before.rows[full]], before.scores[full])
    cells = np.flatnonzero(scores >= bounds[:, np.newaxis])
    rows, columns = np.divmod(cells, scores.shape[1])
    rows, columns = np.concatenate([before.rows, rows]), np.concatenate([before.columns, columns + first])
    found = np.concatenate([before.scores, scores.reshape(-1)[cells]])
    ordered = Highest(rows, columns, found).at(np.lexsort((columns, -found, rows)))
    return ordered.at(ordered.places < count)


def _bounds(scores: np.ndarray, count: int) -> np.ndarray:
    """A number for each row that at least its `count` highest scores reach, float32[n]."""
    rows, total = scores.shape
    if total <= count:
        return np.full(rows, -np.inf, dtype=np.float32)
    size = max(1, math.isqrt(total // count))
    groups = total // size
    # group g has the columns g, g + groups, g + 2 groups ...: so maxima are taken of whole stretches of memory
    maxima = scores[:, : size * groups].reshape(rows, size, groups).max(axis=1) if size > 1 else scores
    return np.array(np.partition(maxima, groups - count, axis=1)[:, groups - count])
