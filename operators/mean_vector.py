"""The mean of several vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from towhee import register

from towhee_recsys.errors import QueryError
from towhee_recsys.model.embeddings import Embeddings, as_embeddings, normalize


@register(name="towhee_recsys/mean_vector")
class MeanVector:
    """Unit vectors float32[n, dim] of several items to one unit vector, in the direction of their mean.

        .map(("vectors", "counts"), "vector", ops.towhee_recsys.mean_vector())

    `counts` is n, for one vector float32[dim], or a list of numbers that add up to n, for one vector of each part.
    A single vector is its own mean.

    Raises:
        QueryError: the numbers do not add up, one is 0, or vectors cancel each other out.
    """

    def __call__(self, vectors: Any, counts: int | Sequence[int]) -> Any:
        """The mean of all vectors, or of each part."""
        given = as_embeddings(vectors)
        if given.ndim == 1:
            given = given[np.newaxis]
        sizes = np.atleast_1d(np.asarray(counts, dtype=np.int64))
        if sizes.sum() != len(given) or (sizes < 1).any():
            raise QueryError(f"{len(given)} vectors were given for parts of {sizes.tolist()}: they must add up.")
        if np.ndim(counts) == 0:
            return self(given, [len(given)])[0]
        if len(sizes) == len(given):
            return given
        rating = None if given.rating is None else _means(given.rating, sizes)
        return Embeddings(_means(given.search, sizes), rating, given.model)


def _means(vectors: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The direction of the mean of each part; a part of one vector stays exactly as it is."""
    starts = np.cumsum(sizes) - sizes
    means = vectors[starts]
    several = np.flatnonzero(sizes > 1)
    sums = np.add.reduceat(vectors, starts, axis=0)[several]
    means[several] = normalize(sums).search
    return means
