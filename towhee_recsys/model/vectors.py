"""Vectors that know which model gave them: they never meet another model's index, and their cosines can be read."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from towhee_recsys.errors import QueryError
from towhee_recsys.model.calibration import Calibration


@dataclass(frozen=True)
class Origin:
    """The model that gave a vector and, where its cosine with an item's can be read in stars, how."""

    model_id: str
    calibration: Calibration | None = None


class Vectors(np.ndarray):
    """float32[dim] or float32[n, dim] with their origin, or None where it is not known.

    `rating`, of the same shape, are vectors to predict stars with where those to search with are others. What is
    computed from the array keeps the origin; `rating` goes with a part of it, and with `normalize`.
    """

    origin: Origin | None = None
    rating: Vectors | None = None

    def __array_finalize__(self, source: Any) -> None:
        self.origin = getattr(source, "origin", None)
        self.rating = None

    def __getitem__(self, key: Any) -> Any:
        part = super().__getitem__(key)
        if self.rating is not None and isinstance(part, Vectors):
            part.rating = self.rating[key]
        return part


def with_origin(array: Any, origin: Origin | None, rating: Vectors | None = None) -> Vectors:
    """`array` as float32 vectors of that origin, with `rating` vectors of the same shape."""
    vectors = np.asarray(array, dtype=np.float32).view(Vectors)
    vectors.origin, vectors.rating = origin, rating
    return vectors


def as_vectors(given: Any) -> Vectors:
    """`given` as float32[dim] or float32[n, dim]; a list of vectors keeps the origin that they share.

    Raises QueryError for what is no such array of numbers, or vectors of several models.
    """
    origins = {getattr(each, "origin", None) for each in given} if isinstance(given, (list, tuple)) else set()
    array = np.zeros((), dtype=np.float32)
    with suppress(TypeError, ValueError):
        array = np.asarray(given, dtype=np.float32)
    if array.ndim not in (1, 2) or len(origins) > 1:
        what = "vectors of several models" if array.ndim in (1, 2) else f"{type(given).__name__} {list(array.shape)}"
        raise QueryError(f"one vector [dim] or several [n, dim] of one model are accepted; {what} was given.")
    if isinstance(given, Vectors):
        return with_origin(array, given.origin, given.rating)
    ratings = [getattr(each, "rating", None) for each in given] if origins else []
    rating = as_vectors(ratings) if ratings and all(each is not None for each in ratings) else None
    return with_origin(array, origins.pop() if origins else None, rating)


def must_be_unit(vectors: np.ndarray, names: Sequence[Any]) -> None:
    """Raises QueryError, which names the first of `names` whose vector in float32[n, dim] is not of length 1.

    Milvus Lite takes and searches what it is given, NaN included, so this is made sure of here.
    """
    lengths = np.linalg.norm(np.asarray(vectors), axis=1)
    off = np.flatnonzero(~(np.abs(lengths - 1) < 1e-3))  # NaN is off, too
    if len(off):
        row = int(off[0])
        raise QueryError(f"the vector of {names[row]} has length {lengths[row]:.4g}, not 1: `normalize` it first.")


def normalize(vectors: Any) -> Vectors:
    """Unit vectors (L2) along the last axis; float32[dim] or float32[n, dim].

    Raises QueryError for a vector that is zero or has a value that is not finite: it has no direction.
    """
    raw = as_vectors(vectors)
    array = np.asarray(raw)
    lengths = np.sqrt(np.einsum("...i,...i->...", array, array, dtype=np.float64))[..., np.newaxis]
    bad = ~np.isfinite(lengths) | (lengths == 0)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise QueryError(f"vector {row} of {lengths.size} has length {lengths.flat[row]}: it cannot be normalized.")
    return with_origin(array / lengths, raw.origin, None if raw.rating is None else normalize(raw.rating))
