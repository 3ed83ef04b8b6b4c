"""Vectors that know which model gave them: they never meet another model's index, and their cosines can be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from towhee_recsys.errors import QueryError
from towhee_recsys.model.calibration import Calibration


@dataclass(frozen=True)
class Origin:
    """The model that gave a vector and, for users' vectors, how its cosine with a movie's reads in stars."""

    model_id: str
    calibration: Calibration | None = None


class Vectors(np.ndarray):
    """float32[dim] or float32[n, dim] with their origin, or None where it is not known."""

    origin: Origin | None = None

    def __array_finalize__(self, source: Any) -> None:
        self.origin = getattr(source, "origin", None)


def with_origin(array: Any, origin: Origin | None) -> Vectors:
    """`array` as float32 vectors of that origin."""
    vectors = np.asarray(array, dtype=np.float32).view(Vectors)
    vectors.origin = origin
    return vectors


def normalize(vectors: Any) -> Vectors:
    """Unit vectors (L2) along the last axis; float32[dim] or float32[n, dim].

    Raises QueryError for a vector that is zero or has a value that is not finite: it has no direction.
    """
    try:
        raw = np.asarray(vectors, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise QueryError(f"normalize takes one vector [dim] or several [n, dim]: {error}.") from None
    if raw.ndim not in (1, 2):
        raise QueryError(f"normalize takes one vector [dim] or several [n, dim]; an array {list(raw.shape)} was given.")
    lengths = np.linalg.norm(raw, axis=-1, keepdims=True)
    bad = ~np.isfinite(lengths) | (lengths == 0)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise QueryError(f"vector {row} of {lengths.size} has length {lengths.flat[row]}: it cannot be normalized.")
    return with_origin(raw / lengths, getattr(vectors, "origin", None))
