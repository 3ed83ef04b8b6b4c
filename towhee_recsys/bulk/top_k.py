"""The highest scores of each row of a matrix."""

from __future__ import annotations

import math

import numpy as np


def top_columns(scores: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The `count` columns of the highest scores in each row, in any order, with these scores.

    A partition of all columns takes longer than the matrix product before it. So the columns are put into groups, and
    only those of the `count` groups with the highest maxima are partitioned: each of the highest scores is in one.

    Args:
        scores: float32[n, m], without NaN.
        count: How many, from 1.

    Returns:
        Columns int64[n, c] and scores float32[n, c], where c is the lower of `count` and m.
    """
    columns = _candidates(scores, count)
    found = scores if columns is None else np.take_along_axis(scores, columns, axis=1)
    if found.shape[1] > count:
        best = np.argpartition(found, -count, axis=1)[:, -count:]
        found = np.take_along_axis(found, best, axis=1)
        columns = best if columns is None else np.take_along_axis(columns, best, axis=1)
    if columns is None:
        columns = np.broadcast_to(np.arange(found.shape[1]), found.shape)
    return columns, found


def ordered(columns: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns int64[n, c] and their scores, the highest first; of equal scores the first column comes first."""
    order = np.lexsort((columns, -scores), axis=1)
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(scores, order, axis=1)


def _candidates(scores: np.ndarray, count: int) -> np.ndarray | None:
    """Columns int64[n, c] among which the highest scores of each row are; None where grouping saves nothing."""
    rows, total = scores.shape
    size = math.isqrt(total // count) if count else 0
    groups = total // size if size else 0
    if size < 3 or groups <= count:
        return None
    # group g has the columns g, g + groups, g + 2 groups ...: so maxima are taken of whole stretches of memory
    maxima = scores[:, : size * groups].reshape(rows, size, groups).max(axis=1)
    best = np.argpartition(maxima, -count, axis=1)[:, -count:]
    members = (best[:, np.newaxis, :] + groups * np.arange(size)[:, np.newaxis]).reshape(rows, -1)
    rest = np.broadcast_to(np.arange(size * groups, total), (rows, total - size * groups))
    return np.concatenate([members, rest], axis=1)
