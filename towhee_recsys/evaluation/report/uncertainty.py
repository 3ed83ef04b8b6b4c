"""How sure predicted ratings are, and how sure they should be: intervals, and errors by predicted deviation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.evaluation.measure import MetricValues
from towhee_recsys.evaluation.report.pictures import MODELS, Series, lines
from towhee_recsys.evaluation.results import Evaluation
from towhee_recsys.metrics import INTERVAL_COVERAGE, rmse
from towhee_recsys.protocols import Task

if TYPE_CHECKING:
    from markupsafe import Markup

BINS = 10
"""Ratings are put into so many bins of equal size, by the standard deviation that was predicted for them."""


@dataclass(frozen=True)
class Bin:
    """The mean predicted standard deviation of some ratings, and the RMSE of their predictions."""

    std: float
    rmse: float


@dataclass(frozen=True)
class Certainty:
    """A model's `shares` of ratings within their intervals, measured by intended ones, from 0 to 1, and its bins."""

    name: str
    shares: dict[float, float]
    bins: list[Bin]


@dataclass(frozen=True)
class Uncertainty:
    """The models that know how sure their predicted ratings are, and the picture of their bins."""

    models: list[Certainty]
    picture: Markup


def uncertainty(evaluation: Evaluation) -> Uncertainty | None:
    """The section, of the first seed; None where no model knows how sure its predicted ratings are."""
    task, found, series = evaluation.tasks[0], [], []
    for number, (name, results) in enumerate(evaluation.models.items()):
        run = results.runs[0]
        if run.stds is None or not run.metrics.keys() >= INTERVAL_COVERAGE.columns.keys():
            continue
        bins = std_bins(run, task)
        columns = zip(INTERVAL_COVERAGE.columns, INTERVAL_COVERAGE.cutoffs, strict=True)
        found.append(Certainty(name, {cutoff / 100: run.metrics[column] for column, cutoff in columns}, bins))
        series.append(Series([each.std for each in bins], [each.rmse for each in bins], number % MODELS))
    if not found:
        return None
    ends = [each(bins.std for model in found for bins in model.bins) for each in (min, max)]
    ideal = Series(ends, ends, 0, dashed=True)
    title, xlabel = "RMSE by predicted standard deviation", "predicted standard deviation"
    return Uncertainty(found, lines("uncertainty", title, [ideal, *series], xlabel, whole=False))


def std_bins(run: MetricValues, task: Task) -> list[Bin]:
    """The test's ratings by predicted standard deviation, the surest first, in at most ten bins of equal size."""
    assert run.predictions is not None
    assert run.stds is not None
    parts = np.array_split(np.argsort(run.stds, kind="stable"), min(BINS, len(run.stds)))
    return [Bin(float(run.stds[rows].mean()), rmse(run.predictions[rows], task.test.values[rows])) for rows in parts]
