"""How sure predicted ratings are, against how sure they should be."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from towhee_recsys.metrics.metric import IntervalMetric

SHARES = (50, 80, 95)
"""The shares of ratings that intervals are made for, in percent."""


def half_width(share: int) -> float:
    """Half the width of the interval with `share` percent of a normal distribution, in standard deviations."""
    return NormalDist().inv_cdf(0.5 + share / 200)


def _covered(errors: np.ndarray, stds: np.ndarray, share: int) -> np.ndarray:
    return (np.abs(errors) <= half_width(share) * stds).astype(np.float64)


INTERVAL_COVERAGE = IntervalMetric(
    name="interval_coverage",
    title="Interval coverage",
    direction="none",
    help="Share of held-out ratings within the interval around their prediction that should have as many percent of "
    "them, by its standard deviation: 0.8 is ideal for @80.",
    cutoffs=SHARES,
    compute=_covered,
)
MEAN_STD = IntervalMetric(
    name="mean_std",
    title="Mean std",
    direction="none",
    help="Mean of the standard deviations of predicted ratings: how wide the intervals are.",
    compute=lambda errors, stds, share: stds,
)
