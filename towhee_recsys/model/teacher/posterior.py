"""The posterior of vectors, given ratings and the vectors of the other side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from towhee_recsys.model.teacher.cells import Cells
from towhee_recsys.model.teacher.factors import Prior

BLOCK = 256
"""Rows whose covariances are computed at once, so that they stay in the processor's cache."""


@dataclass(frozen=True, eq=False)
class Sums:
    """The sums over the ratings of each row from which its posterior follows; v are the vectors of the columns.

    Attributes:
        weighted: float32[n, rank], for each row the sum of rating * E[v].
        moments: float32[n, rank * (rank + 1) / 2], the sum of E[v v^T], packed.
    """

    weighted: np.ndarray
    moments: np.ndarray

    @classmethod
    def of(cls, cells: Cells, columns: Moments) -> Sums:
        """Of the ratings in `cells`, whose columns are those of `columns`."""
        return cls(cells.ratings @ columns.means, cells.counts @ columns.packed)

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.weighted + other.weighted, self.moments + other.moments)


@dataclass(frozen=True, eq=False)
class Moments:
    """The posterior of some rows.

    Attributes:
        means: float32[n, rank], E[v].
        packed: float32[n, rank * (rank + 1) / 2], E[v v^T]; see `pack`.
    """

    means: np.ndarray
    packed: np.ndarray

    @classmethod
    def of(cls, means: np.ndarray, covariance: np.ndarray) -> Moments:
        """Of `means` float32[n, rank] with one covariance for all."""
        blocks = [means[block] for block in _blocks(len(means))]
        return cls(means, np.concatenate([pack(covariance + each[:, :, None] * each[:, None, :]) for each in blocks]))

    @classmethod
    def joined(cls, parts: Sequence[Moments]) -> Moments:
        """The rows of `parts`, one after the other."""
        return cls(np.concatenate([part.means for part in parts]), np.concatenate([part.packed for part in parts]))


@dataclass(frozen=True, eq=False)
class Update:
    """The new posterior of some rows.

    Attributes:
        means: float32[n, rank].
        covariance: float64[rank, rank], the sum of their covariances.
        variances: float32[n], the trace of each covariance times the mean of E[v v^T] of the columns.
        error: The sum of E[(rating - u . v) ** 2] over their ratings, without the sum of the squared ratings.
    """

    means: np.ndarray
    covariance: np.ndarray
    variances: np.ndarray
    error: float


def update(prior: Prior, rows: slice, sums: Sums, columns: np.ndarray, alpha: float) -> tuple[Update, Moments]:
    """The posterior of `rows`, given the sums of their ratings.

    `columns` is the mean of E[v v^T] of the columns' vectors, float64[rank, rank], and `alpha` the noise's precision.
    """
    rank, count = len(prior.precision), len(sums.weighted)
    means, packed = np.empty((count, rank), np.float32), np.empty_like(sums.moments)
    total, variances = np.zeros((rank, rank)), np.empty(count, np.float32)
    pull = prior.means[rows] @ prior.precision
    for block in _blocks(count):
        covariances = np.linalg.inv(prior.precision + alpha * unpack(sums.moments[block], rank))
        found = np.matmul(covariances, (alpha * sums.weighted[block] + pull[block])[:, :, None])[:, :, 0]
        means[block] = found
        total += covariances.sum(axis=0)
        variances[block] = covariances.reshape(-1, rank * rank) @ columns.ravel()
        packed[block] = pack(covariances + found[:, :, None] * found[:, None, :])
    error = _inner(packed, sums.moments, rank) - 2 * float(np.vdot(means, sums.weighted))
    return Update(means, total, variances, error), Moments(means, packed)


def pack(matrices: np.ndarray) -> np.ndarray:
    """The upper triangles of symmetric matrices [n, rank, rank], as float32[n, rank * (rank + 1) / 2]."""
    n, rank, _ = matrices.shape
    return matrices.reshape(n, -1).take(_triangle(rank)[0], axis=1).astype(np.float32)


def unpack(packed: np.ndarray, rank: int) -> np.ndarray:
    """The symmetric matrices, as float64[n, rank, rank]."""
    return packed.astype(np.float64).take(_triangle(rank)[1], axis=1).reshape(-1, rank, rank)


def _inner(first: np.ndarray, second: np.ndarray, rank: int) -> float:
    """The sum of all products of packed matrices' entries; those off the diagonal are there twice."""
    rows, columns = np.triu_indices(rank)
    each = np.einsum("nk,nk->k", first, second)
    return float(each @ np.where(rows == columns, 1.0, 2.0))


@cache
def _triangle(rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Where each packed entry is in a matrix, and where each entry of a matrix is among the packed."""
    rows, columns = np.triu_indices(rank)
    packed = np.empty((rank, rank), dtype=np.int64)
    packed[rows, columns] = packed[columns, rows] = np.arange(len(rows))
    return rows * rank + columns, packed.ravel()


def _blocks(count: int) -> Iterator[slice]:
    return (slice(first, first + BLOCK) for first in range(0, count, BLOCK))
