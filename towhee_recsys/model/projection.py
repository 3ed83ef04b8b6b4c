"""Unit vectors on a plane, for a map of items: the two directions in which they differ most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

PLACE_SCALE = 16_000
"""Places are whole numbers: 16,000 stands for the length 1. Unit vectors differ by 2 at most, which fits into int16."""


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane in the space of vectors: the point `mean`, float32[dim], and two unit vectors, `axes` float32[2, dim]."""

    mean: np.ndarray
    axes: np.ndarray

    def places(self, vectors: np.ndarray) -> np.ndarray:
        """Where unit vectors float32[n, dim] fall on the plane: int16[n, 2], in units of 1 / `PLACE_SCALE`."""
        return np.rint((vectors - self.mean) @ self.axes.T * PLACE_SCALE).astype(np.int16)


def fit_plane(vectors: np.ndarray) -> Plane:
    """The plane through the mean of float32[n, dim] along their first two principal components.

    The largest number of either axis is positive, so that the same vectors always give the same plane.
    """
    mean = vectors.mean(axis=0)
    axes = np.zeros((2, vectors.shape[1]))
    found = _principal_components((vectors - mean).astype(np.float64))
    axes[: len(found)] = found
    signs = np.sign(axes[np.arange(2), np.abs(axes).argmax(axis=1)])
    return Plane(mean, (axes * signs[:, None]).astype(np.float32))


def _principal_components(centred: np.ndarray) -> np.ndarray:
    """The first two principal components of float64[n, dim] with mean 0; fewer where n is below 2."""
    if len(centred) < centred.shape[1]:
        return np.asarray(np.linalg.svd(centred, full_matrices=False)[2][:2])
    return np.asarray(np.linalg.eigh(centred.T @ centred)[1][:, :-3:-1].T)  # of many vectors much faster
