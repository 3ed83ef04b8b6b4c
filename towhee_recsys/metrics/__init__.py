"""Measures of predicted stars and of lists, on arrays; and what chance has to do with their differences."""

from __future__ import annotations

from towhee_recsys.metrics.errors import mae, rmse
from towhee_recsys.metrics.ranking import CUTOFFS, exposure, per_user, top_k
from towhee_recsys.metrics.significance import interval, paired_test

__all__ = ["CUTOFFS", "exposure", "interval", "mae", "paired_test", "per_user", "rmse", "top_k"]
