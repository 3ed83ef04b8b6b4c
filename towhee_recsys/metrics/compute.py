"""The values of all metrics of a kind, by their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.metrics.errors import mean_by_user
from towhee_recsys.metrics.metric import CandidateItems, ExposureMetric, IntervalMetric, ListMetric, RatingMetric
from towhee_recsys.metrics.registry import METRICS

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def rating_errors(predicted: np.ndarray, actual: np.ndarray, users: np.ndarray, n_users: int) -> dict[str, np.ndarray]:
    """The metrics of predicted ratings: for each float64[n_users] whose mean over users is the metric.

    `predicted` and `actual` are the ratings of `users`, int64[n], which are rows of the `n_users` users of a dataset.
    """
    errors = np.asarray(predicted, dtype=np.float64) - actual
    metrics = [each for each in METRICS.values() if isinstance(each, RatingMetric)]
    return {each.name: each.compute(errors, users, n_users) for each in metrics}


def interval_values(
    predicted: np.ndarray, actual: np.ndarray, stds: np.ndarray, users: np.ndarray, n_users: int
) -> dict[str, np.ndarray]:
    """The metrics of how sure predicted ratings are, as `rating_errors` gives those of their errors.

    `stds` are the predicted standard deviations of the errors, float64[n].
    """
    errors = np.asarray(predicted, dtype=np.float64) - actual
    metrics = [each for each in METRICS.values() if isinstance(each, IntervalMetric)]
    values = {
        column: each.compute(errors, stds, cutoff)
        for each in metrics
        for column, cutoff in zip(each.columns, each.cutoffs or (0,), strict=True)
    }
    return {name: mean_by_user(each, users, n_users) for name, each in values.items()}


def per_user(lists: np.ndarray, relevant: csr_matrix, cutoffs: Sequence[int] | None = None) -> dict[str, np.ndarray]:
    """The metrics of each list, float64[n] by names such as "ndcg@10"; NaN for users without relevant items.

    `lists` are rows of items, int64[n, at least the largest cutoff], best first, where -1 is no item. `relevant` is
    bool[n, items]. `cutoffs` are each metric's own if left out.
    """
    metrics = [each for each in METRICS.values() if isinstance(each, ListMetric)]
    hits, totals = _hits(lists, relevant), np.bincount(relevant.nonzero()[0], minlength=len(lists))
    values = {
        f"{each.name}@{k}": each.compute(hits, np.maximum(totals, 1), k)
        for k in cutoffs or sorted({k for each in metrics for k in each.cutoffs})
        for each in metrics
        if cutoffs or k in each.cutoffs
    }
    return {name: np.where(totals > 0, found, np.nan) for name, found in values.items()}


def exposure(lists: np.ndarray, items: CandidateItems, cutoffs: Sequence[int] | None = None) -> dict[str, float]:
    """The metrics of all lists together, by names such as "coverage@10"; without a listed item coverage is 0.

    `lists` and `cutoffs` are those of `per_user`.
    """
    metrics = [each for each in METRICS.values() if isinstance(each, ExposureMetric)]
    return {f"{each.name}@{k}": each.compute(lists[:, :k], items) for each in metrics for k in cutoffs or each.cutoffs}


def _hits(lists: np.ndarray, relevant: csr_matrix) -> np.ndarray:
    """Which entries of the lists are relevant, bool[n, length]."""
    users, items = relevant.nonzero()
    width = relevant.shape[1]
    pairs = np.arange(len(lists))[:, None] * width + lists
    return np.isin(pairs, users.astype(np.int64) * width + items) & (lists >= 0)
