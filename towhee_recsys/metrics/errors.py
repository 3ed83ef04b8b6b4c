"""Errors of predicted ratings."""

from __future__ import annotations

import numpy as np

from towhee_recsys.metrics.metric import RatingMetric


def rmse(predicted: np.ndarray, actual: np.ndarray) -> float:
    """The root of the mean squared error, in units of the rating scale."""
    return float(np.sqrt(np.mean((np.asarray(predicted, dtype=np.float64) - actual) ** 2)))


def mae(predicted: np.ndarray, actual: np.ndarray) -> float:
    """The mean absolute error, in units of the rating scale."""
    return float(np.mean(np.abs(np.asarray(predicted, dtype=np.float64) - actual)))


def mean_by_user(values: np.ndarray, users: np.ndarray, n_users: int) -> np.ndarray:
    """One value per user, float64[n_users], whose mean is the mean of all `values`; NaN for users without any.

    Users have more and fewer ratings, so the mean is a ratio of two sums; these are its linearised values, with which
    the interval over users is that of the ratio (Cochran 1977, Sampling Techniques, section 6.3).
    """
    sums, counts = np.bincount(users, values, n_users), np.bincount(users, minlength=n_users)
    mean, has_any = values.mean(), counts > 0
    return np.where(has_any, mean + (sums - mean * counts) / counts[has_any].mean(), np.nan)


def _rmse_by_user(errors: np.ndarray, users: np.ndarray, n_users: int) -> np.ndarray:
    squares, root = mean_by_user(errors**2, users, n_users), np.sqrt(np.mean(errors**2))
    return root + (squares - root**2) / max(2 * root, 1e-12)  # the tangent of the root at the mean


def _mae_by_user(errors: np.ndarray, users: np.ndarray, n_users: int) -> np.ndarray:
    return mean_by_user(np.abs(errors), users, n_users)


RMSE = RatingMetric(
    name="rmse",
    title="RMSE",
    direction="lower",
    help="Root of the mean squared error of predicted ratings: large errors count more.",
    summary=True,
    tested=True,
    compute=_rmse_by_user,
)
MAE = RatingMetric(
    name="mae",
    title="MAE",
    direction="lower",
    help="Mean absolute error of predicted ratings.",
    summary=True,
    compute=_mae_by_user,
)
