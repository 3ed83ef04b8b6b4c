"""Confidence intervals of means over users, and tests of differences between means."""

from __future__ import annotations

import numpy as np

Z = 1.959964
"""The normal distribution's 97.5 % quantile: 95 % lie within this many deviations of the mean."""


def interval(values: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of the mean over users, (low, high), by normal approximation; NaNs are left out.

    Both are NaN where fewer than two values are left.
    """
    values = np.asarray(values, dtype=np.float64)
    values = values[~np.isnan(values)]
    if len(values) < 2:
        return float("nan"), float("nan")
    mean, error = values.mean(), values.std(ddof=1) / np.sqrt(len(values))
    return float(mean - Z * error), float(mean + Z * error)


def paired_test(ours: np.ndarray, theirs: np.ndarray) -> dict[str, float]:
    """Whether two recommenders differ, by their values for the same users: `{"difference", "low", "high", "p_value"}`.

    `difference` is the mean of ours - theirs, between `low` and `high` its 95 % interval; `p_value` is the two-sided
    paired t-test's, the one that Smucker, Allan and Carterette 2007 advise (https://doi.org/10.1145/1321440.1321528).
    Users with a NaN are left out. Vectors that are equal have the p-value 1; of fewer than two users
    `low`, `high` and `p_value` are NaN, equal or not.
    """
    from scipy.stats import t

    differences = np.asarray(ours, dtype=np.float64) - theirs
    differences = differences[~np.isnan(differences)]
    count = len(differences)
    mean = float(differences.mean()) if count else float("nan")
    low, high = interval(differences)
    if count < 2:
        p_value = float("nan")
    elif not differences.any():
        p_value = 1.0
    else:
        with np.errstate(divide="ignore"):  # all differ by the same: then it is no chance, and t is infinite
            statistic = mean / (differences.std(ddof=1) / np.sqrt(count))
        p_value = float(2 * t.sf(abs(statistic), count - 1))
    return {"difference": mean, "low": low, "high": high, "p_value": p_value}
