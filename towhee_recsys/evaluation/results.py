"""What an evaluation found, over all its seeds: for the report as arrays, for programs as JSON."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from towhee_recsys.bundle import Bundle
from towhee_recsys.config import Config
from towhee_recsys.data import Dataset
from towhee_recsys.evaluation.measure import MetricValues
from towhee_recsys.metrics import interval, paired_test
from towhee_recsys.protocols import Task

TESTED = ("ndcg@10", "rmse")
"""The figures for which is said what chance has to do with their differences."""


@dataclass(frozen=True, eq=False)
class Results:
    """One recommender's: `draws`, of each seed what was measured, and `bundles`, of a baseline none."""

    name: str
    draws: list[MetricValues]
    bundles: list[Bundle] = field(default_factory=list)

    @cached_property
    def metrics(self) -> dict[str, float]:
        """Each figure's mean over the seeds."""
        return {name: float(np.mean(self._values(name))) for name in self._names()}

    @cached_property
    def deviations(self) -> dict[str, float]:
        """Each figure's standard deviation over the seeds; of a single seed there is none."""
        return {name: float(np.std(self._values(name), ddof=1)) for name in self._names() if len(self.draws) > 1}

    @cached_property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """The 95 % interval over users of each figure that is a mean over users."""
        found = {name: interval(self.by_user(name)) for name in self._names() if name in self.draws[0].by_user}
        return {name: each for name, each in found.items() if np.isfinite(each).all()}

    def by_user(self, metric: str) -> np.ndarray:
        """A figure's values as `MetricValues.by_user` has them, float64[users]; the mean of those seeds that ask a user."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # who is never asked has no mean, but NaN
            return np.nanmean([draw.by_user[metric] for draw in self.draws], axis=0)

    def against(self, other: Results, metric: str) -> dict[str, Any]:
        """The paired test of this recommender's figure and the other's, over the users whom both were asked for."""
        found = paired_test(self.by_user(metric), other.by_user(metric))
        return {"against": other.name, **{name: each for name, each in found.items() if np.isfinite(each)}}

    def _names(self) -> list[str]:
        return [name for name in self.draws[0].metrics if all(name in draw.metrics for draw in self.draws)]

    def _values(self, metric: str) -> list[float]:
        return [draw.metrics[metric] for draw in self.draws]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Models and baselines, measured on the same tasks.

    - `configs`: of each model, with the protocol and the first seed
    - `tasks`: one a seed, in the order of each `Results.draws`
    - `models`: by the names of `configs`; `baselines`: by theirs
    """

    configs: dict[str, Config]
    dataset: Dataset
    tasks: list[Task]
    models: dict[str, Results]
    baselines: dict[str, Results]

    def best_baseline(self, metric: str) -> Results | None:
        """The baseline with the best mean of `metric`; None where no baseline has it."""
        found = [each for each in self.baselines.values() if metric in each.metrics]
        best = min if metric in ("rmse", "mae") else max
        return best(found, key=lambda each: each.metrics[metric], default=None)

    def significance(self, name: str) -> dict[str, dict[str, Any]]:
        """For NDCG@10 and RMSE the paired test of a model: of the first against the best baseline, else the first."""
        ours, first = self.models[name], next(iter(self.models.values()))
        tests = {}
        for metric in TESTED:
            other = self.best_baseline(metric) if ours is first else first
            if other and metric in ours.metrics and metric in other.metrics:
                tests[metric] = ours.against(other, metric)
        return tests

    def header(self) -> dict[str, Any]:
        """What was asked, as JSON: the protocol, the first seed and all, the first's ratings in the test and users."""
        task = self.tasks[0]
        return {
            "protocol": task.protocol,
            "seed": task.seed,
            "seeds": [each.seed for each in self.tasks],
            "ratings": len(task.test),
            "users": len(task.questions[0].users),
        }

    def figures(self, name: str) -> dict[str, Any]:
        """All figures of a model, as JSON; `model_id` is that of the first seed's."""
        ours = self.models[name]
        return {
            "model_id": ours.bundles[0].model_id,
            "metrics": ours.metrics,
            "intervals": {metric: list(each) for metric, each in ours.intervals.items()},
            **({"deviations": ours.deviations} if len(self.tasks) > 1 else {}),
            "significance": self.significance(name),
        }

    def baseline_metrics(self) -> dict[str, dict[str, float]]:
        """The figures of all baselines, as JSON."""
        return {name: each.metrics for name, each in self.baselines.items()}
