"""Vectors of items without interactions, by the vectors of those with some that have similar features.

Training has learned nothing about an id without interactions, so that an item tower has the other features alone. It
has fitted these beside the ids, which explain most, and only as a sum. This is a second guess: the mean of a Gaussian
process, or kernel ridge regression, from the features to the unit vectors of the items with interactions (Rasmussen &
Williams 2006, chapter 2). The tower's guess and this one are averaged.

The kernel of two items is the sum of the similarities of their features (`Column.similarity`), and of a product:

    K = sum_f s_f + INTERACTION exp(sum_f (s_f - 1))

Both have no negative eigenvalue where the similarities have none. The product is large only where items are alike in
everything. An item with n interactions has the noise NOISE (1 + FEW / n): what features do not explain, and what few
interactions leave unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from towhee_recsys.features import FeatureEncoder
from towhee_recsys.features.column import Similarity
from towhee_recsys.features.vocabulary import UNKNOWN
from towhee_recsys.model.products import weighted_sum

MOST_ANCHORS = 3_000
"""The regression rests on so many items at most, those with the most interactions: fitting it to n items takes n^3
steps, a second for 3,000."""

INTERACTION, NOISE, FEW = 3.0, 3.0, 50.0
"""The constants of the kernel and the noise. They were chosen on validation draws of MovieLens 1M's cold items."""

SHARE = 0.8
"""The share of this guess in the average with the tower's; chosen likewise."""

CHUNK = 256
"""Items whose kernels with the anchors are computed at once."""


@dataclass(frozen=True, eq=False)
class KernelRegression:
    """What is fitted.

    Attributes:
        anchors: The rows of the items that the regression rests on, int64[a].
        weights: How much of each anchor's kernel is in a vector, float32[a, dim].
        means: What the rest is added to, float32[2, dim]: of an item with an unknown id, and of a known one.
    """

    anchors: np.ndarray
    weights: np.ndarray
    means: np.ndarray


class UnratedItems:
    """The items of which a model knows no interactions, items that it does not know at all among them.

    Args:
        fitted: The regression.
        encoder: The fitted features of items, one of which is an id.
        arrays: The encoded arrays of the known items.
        counts: How many interactions each known item has, int[m].
        free: How many numbers of a vector are free; if not all, the next one gives a unit vector its length.
    """

    def __init__(
        self,
        fitted: KernelRegression,
        encoder: FeatureEncoder,
        arrays: Sequence[np.ndarray],
        counts: np.ndarray,
        free: int,
    ):
        self._fitted, self._free = fitted, free
        self._id = next(index for index, feature in enumerate(encoder.features) if feature.is_id)
        self._make_kernel = partial(Kernel, encoder, _rows(arrays, fitted.anchors))
        self._unrated = np.ones(encoder.columns[self._id].table_rows, dtype=bool)
        self._unrated[arrays[self._id][counts > 0]] = False
        self._unrated[UNKNOWN] = True

    def complete(self, raw: np.ndarray, arrays: Sequence[np.ndarray]) -> np.ndarray:
        """`raw` vectors float32[n, dim] of a tower for `arrays`, those of items without interactions replaced.

        The new ones are unit vectors: the average of the tower's and that of the regression.
        """
        lines = np.flatnonzero(self._unrated[arrays[self._id]])
        if len(lines):
            own = raw[lines] / np.linalg.norm(raw[lines], axis=1, keepdims=True)
            found = self._predicted(_rows(arrays, lines))
            raw = raw.copy()
            raw[lines] = _of_length_one(SHARE * found + (1 - SHARE) * own, self._free)
        return raw

    @cached_property
    def _kernel(self) -> Kernel:
        """Made when the first item needs it: it takes SciPy."""
        return self._make_kernel()

    def _predicted(self, arrays: Sequence[np.ndarray]) -> np.ndarray:
        known = (arrays[self._id] != UNKNOWN).astype(np.int64)
        return self._fitted.means[known] + self._kernel.times(self._fitted.weights, arrays)


class Kernel:
    """The kernel of items with `anchors`, by their encoded arrays."""

    def __init__(self, encoder: FeatureEncoder, anchors: Sequence[np.ndarray]):
        found = [column.similarity(array) for column, array in zip(encoder.columns, anchors, strict=True)]
        self._similarities: list[tuple[int, Similarity]] = [(index, each) for index, each in enumerate(found) if each]

    def __bool__(self) -> bool:
        """Whether any feature has a similarity."""
        return bool(self._similarities)

    def __call__(self, arrays: Sequence[np.ndarray]) -> np.ndarray:
        """float32[n, anchors] for the arrays of n items."""
        return np.concatenate([self._lines(part) for part in _parts(arrays)])

    def times(self, weights: np.ndarray, arrays: Sequence[np.ndarray]) -> np.ndarray:
        """The kernel of n items, times `weights` float32[anchors, dim]: float32[n, dim], of each item the same, bit for
        bit, whichever others are there."""
        return np.stack([weighted_sum(line, weights) for part in _parts(arrays) for line in self._lines(part)])

    def _lines(self, arrays: Sequence[np.ndarray]) -> np.ndarray:
        total = np.sum([similarity(arrays[index]) for index, similarity in self._similarities], axis=0)
        return np.asarray(total + INTERACTION * np.exp(total - len(self._similarities)), dtype=np.float32)


def _parts(arrays: Sequence[np.ndarray]) -> Iterator[list[np.ndarray]]:
    for first in range(0, len(arrays[0]), CHUNK):
        yield [array[first : first + CHUNK] for array in arrays]


def fit_kernel_regression(
    encoder: FeatureEncoder, arrays: Sequence[np.ndarray], vectors: np.ndarray, counts: np.ndarray
) -> KernelRegression | None:
    """Fits the unit vectors float32[m, dim] of items with interactions to their features.

    None where there is no id, so that the tower has learned from features alone; where no feature has a similarity; or
    where there is no interaction.

    Args:
        encoder: The fitted features of items.
        arrays: The items' encoded arrays.
        vectors: The items' unit vectors.
        counts: How many interactions each item has, int[m].
    """
    if not any(feature.is_id for feature in encoder.features) or not counts.any():
        return None
    anchors = np.sort(np.argsort(-counts, kind="stable")[: min(MOST_ANCHORS, np.count_nonzero(counts))])
    kernel = Kernel(encoder, _rows(arrays, anchors))
    if not kernel:
        return None
    own, known = counts[anchors].astype(np.float32), vectors[anchors]
    mean = np.average(known, axis=0, weights=np.sqrt(own))
    inverse = _inverse(kernel(_rows(arrays, anchors)) + np.diag(NOISE * (1 + FEW / own)))
    weights = inverse @ (known - mean)
    left_out = weights / np.diag(inverse)[:, None]  # for each anchor, the error of the regression on the others
    fewest = _fewest(counts)
    if np.isin(fewest, anchors).all():
        lacking = left_out[np.isin(anchors, fewest)]
    else:
        lacking = vectors[fewest] - mean - kernel.times(weights, _rows(arrays, fewest))
    means = np.stack([mean + np.average(left_out, axis=0, weights=own), mean + lacking.mean(axis=0)])
    return KernelRegression(anchors, weights.astype(np.float32), means.astype(np.float32))


def _rows(arrays: Sequence[np.ndarray], rows: np.ndarray) -> list[np.ndarray]:
    return [array[rows] for array in arrays]


def _fewest(counts: np.ndarray) -> np.ndarray:
    """Rows of the items with the fewest interactions above 0: all of them, or `CHUNK` at equal steps."""
    rows = np.flatnonzero(counts == counts[counts > 0].min())
    return rows[np.linspace(0, len(rows) - 1, min(CHUNK, len(rows))).astype(np.int64)]


def _inverse(matrix: np.ndarray) -> np.ndarray:
    """The inverse of a symmetric matrix float32[n, n] with eigenvalues above 0, in half the steps of any other's."""
    from scipy.linalg import lapack

    factor, failed = lapack.spotrf(matrix, lower=True, overwrite_a=True)
    assert not failed, "the noise keeps all eigenvalues above 0"
    half, _ = lapack.spotri(factor, lower=True, overwrite_c=True)
    half = np.tril(half)
    return half + np.tril(half, -1).T


def _of_length_one(vectors: np.ndarray, free: int) -> np.ndarray:
    """`vectors` float32[n, dim] at length 1, their free numbers at most of that length."""
    if free < vectors.shape[1]:
        squared = np.einsum("ij,ij->i", vectors[:, :free], vectors[:, :free])[:, None]
        vectors[:, :free] /= np.sqrt(np.maximum(squared, 1))
        vectors[:, free:] = 0
        vectors[:, free] = np.sqrt(np.maximum(0, 1 - squared[:, 0]))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)
