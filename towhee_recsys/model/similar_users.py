"""Where folding in starts for a new user: from the training users to whom the same items and attributes fit.

Each training user has a weight by how likely the new user's items are for that user and how many attributes the two
share; the weighted mean of what training found for them is a better guess than what the attributes alone say. It is a
kernel regression (Nadaraya 1964, Watson 1964) with the model's own likelihood as the kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from towhee_recsys.features.vocabulary import UNKNOWN
from towhee_recsys.model.products import weighted_sum

SHARED = 1.0
"""How much each shared attribute adds to the logarithm of a weight. This and the next constant were found on draws of
MovieLens 1M's cold users with other seeds, 7 and 8, than those that are reported."""

OWN = 0.5
"""How much of the start is the new user's described vector and what ids have added for the others, rather than the
others' whole vectors."""


@dataclass(frozen=True, eq=False)
class TrainedUsers:
    """Training users that new ones are compared with.

    Attributes:
        units: Their unit vectors, float32[k, dim].
        parts: What they add to a start: their raw vectors less `OWN` of those from the other features than the id,
            float32[k, dim].
        log_sums: The logarithm of each user's sum over the rated items of exp(cosine / temperature), float32[k].
        attributes: The array of each feature that puts users into groups: int64[k] rows of values, or
            float32[k, rows] sets of them.
    """

    units: np.ndarray
    parts: np.ndarray
    log_sums: np.ndarray
    attributes: Sequence[np.ndarray]

    @classmethod
    def of(
        cls, raw: np.ndarray, described: np.ndarray, log_sums: np.ndarray, attributes: Sequence[np.ndarray]
    ) -> TrainedUsers:
        """From their raw vectors float32[k, dim], and those from the other features than the id, of the same shape."""
        units = raw / np.linalg.norm(raw, axis=1, keepdims=True)
        return cls(units, raw - np.float32(OWN) * described, log_sums, attributes)

    def start(self, described: np.ndarray, log_likelihoods: np.ndarray, attributes: Sequence[np.ndarray]) -> np.ndarray:
        """The raw vector float32[dim] from which a new user is folded in.

        Args:
            described: The new user's raw vector from the other features than the id, float32[dim].
            log_likelihoods: How likely the new user's items are for each training user, float[k].
            attributes: The line of each of the `attributes` for the new user.
        """
        logs = log_likelihoods + SHARED * self._shared(attributes)
        weights = np.exp(logs - logs.max(initial=-np.inf))
        weights = (weights / weights.sum()).astype(np.float32)
        return np.float32(OWN) * described + weighted_sum(weights, self.parts)

    def _shared(self, attributes: Sequence[np.ndarray]) -> np.ndarray:
        """How many attributes each training user shares with a user who has these: float64[k]."""
        counts = np.zeros(len(self.units))
        for theirs, own in zip(self.attributes, attributes, strict=True):
            counts += _overlap(theirs, own)
        return counts


def _overlap(theirs: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Whether each of `theirs` is `own` value, or the cosine of the two sets; 0 where a value is unknown."""
    if theirs.ndim == 1:
        return np.asarray((theirs == own) & (own != UNKNOWN))
    known, one = theirs[:, UNKNOWN + 1 :], own[UNKNOWN + 1 :]
    return np.asarray(known @ one / np.sqrt(np.maximum(known.sum(axis=1) * one.sum(), 1)))
