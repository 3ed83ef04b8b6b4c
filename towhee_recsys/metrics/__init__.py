"""Metrics of predicted ratings and of lists: one registry, functions on arrays, and tests of significance."""

from __future__ import annotations

from towhee_recsys.metrics.compute import exposure, interval_values, per_user, rating_errors
from towhee_recsys.metrics.diversity import DIVERSITY
from towhee_recsys.metrics.errors import mae, mean_by_user, rmse
from towhee_recsys.metrics.index import INDEX_RECALL
from towhee_recsys.metrics.intervals import INTERVAL_COVERAGE, half_width
from towhee_recsys.metrics.lists import top_k
from towhee_recsys.metrics.metric import (
    CUTOFFS,
    OF_RATINGS,
    CandidateItems,
    ExposureMetric,
    IndexMetric,
    IntervalMetric,
    ListMetric,
    Metric,
    RatingMetric,
)
from towhee_recsys.metrics.registry import METRICS, metric_of, significance_names, summary_columns, value_name
from towhee_recsys.metrics.significance import interval, paired_test

__all__ = [
    "CUTOFFS",
    "DIVERSITY",
    "INDEX_RECALL",
    "INTERVAL_COVERAGE",
    "METRICS",
    "OF_RATINGS",
    "CandidateItems",
    "ExposureMetric",
    "IndexMetric",
    "IntervalMetric",
    "ListMetric",
    "Metric",
    "RatingMetric",
    "exposure",
    "half_width",
    "interval",
    "interval_values",
    "mae",
    "mean_by_user",
    "metric_of",
    "paired_test",
    "per_user",
    "rating_errors",
    "rmse",
    "significance_names",
    "summary_columns",
    "top_k",
    "value_name",
]
