"""Errors of predicted ratings."""

from __future__ import annotations

import numpy as np


def rmse(predicted: np.ndarray, actual: np.ndarray) -> float:
    """The root of the mean squared error, in stars."""
    return float(np.sqrt(np.mean((np.asarray(predicted, dtype=np.float64) - actual) ** 2)))


def mae(predicted: np.ndarray, actual: np.ndarray) -> float:
    """The mean absolute error, in stars."""
    return float(np.mean(np.abs(np.asarray(predicted, dtype=np.float64) - actual)))
