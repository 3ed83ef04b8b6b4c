"""The vectors of all users or of all items, and their prior, which is learned from the vectors and features."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

RIDGE = 5.0
"""The precision of the coefficients of features."""

PRIOR_VARIANCE = 0.02
"""The variance of each number of a vector before any is known, which keeps the prior's covariance away from 0."""


@dataclass(frozen=True, eq=False)
class Prior:
    """Normal distributions with a mean for each row and one precision for all.

    Attributes:
        means: float32[n, rank].
        precision: float64[rank, rank].
    """

    means: np.ndarray
    precision: np.ndarray


@dataclass(eq=False)
class Factors:
    """The vectors of all users or of all items.

    Attributes:
        features: float32[n, k], from which the prior's means are predicted.
        means: float32[n, rank], the posterior's.
        covariance: float64[rank, rank], the mean of the posterior's covariances.
        variances: float32[n], what each covariance adds to the variance of a predicted rating, on average.
    """

    features: np.ndarray
    means: np.ndarray
    covariance: np.ndarray
    variances: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.variances = np.zeros(len(self.means), dtype=np.float32)
        self._gram = (self.features.T @ self.features).astype(np.float64)

    def prior(self) -> Prior:
        """The prior by the present posterior: ridge regression of the means on the features, and what it leaves."""
        n, rank = self.means.shape
        gram = self._gram + RIDGE * np.eye(len(self._gram))
        coefficients = np.linalg.solve(gram, (self.features.T @ self.means).astype(np.float64))
        means = self.features @ coefficients.astype(np.float32)
        left = self.means - means
        scatter = (left.T @ left).astype(np.float64) + n * self.covariance + RIDGE * coefficients.T @ coefficients
        covariance = (PRIOR_VARIANCE * rank * np.eye(rank) + scatter) / (n + rank)
        return Prior(means, np.linalg.inv(covariance))
