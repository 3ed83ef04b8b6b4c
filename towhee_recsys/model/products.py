"""Products of a matrix and a vector on one core: BLAS starts threads for large ones, which wait for each other on a
busy machine for longer than the product takes."""

from __future__ import annotations

import numpy as np

SMALL = 8_192
"""Numbers of a part of a matrix: OpenBLAS computes products with as many on one core."""


def times_vector(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """`matrix @ vector`, for float32[n, dim] and float32[dim]: float32[n]."""
    parts, rest = _parts(matrix)
    return np.concatenate([np.matmul(parts, vector).reshape(-1), rest @ vector])


def weighted_sum(weights: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """`weights @ matrix`, for float32[n] and float32[n, dim]: float32[dim]."""
    parts, rest = _parts(matrix)
    whole = len(matrix) - len(rest)
    sums = np.matmul(weights[:whole].reshape(len(parts), 1, parts.shape[1]), parts)
    return np.asarray(sums.sum(axis=(0, 1)) + weights[whole:] @ rest)


def _parts(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A matrix' rows as equally long parts float32[parts, rows, dim], and those that are left."""
    count, dim = matrix.shape
    rows = max(1, SMALL // max(1, dim))
    whole = count - count % rows
    return matrix[:whole].reshape(whole // rows, rows, dim), matrix[whole:]
