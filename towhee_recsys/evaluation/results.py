"""The results of an evaluation over all its seeds: arrays for the report, JSON for programs."""

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
from towhee_recsys.metrics import interval, metric_of, paired_test, significance_names
from towhee_recsys.protocols import Task


@dataclass(frozen=True, eq=False)
class Results:
    """The results of one recommender.

    Attributes:
        name: The name of the model or baseline.
        runs: What was measured with each seed.
        bundles: The model of each seed; empty for a baseline.
    """

    name: str
    runs: list[MetricValues]
    bundles: list[Bundle] = field(default_factory=list)

    @cached_property
    def metrics(self) -> dict[str, float]:
        """The mean of each metric over the seeds."""
        return {name: float(np.mean(self._values(name))) for name in self._names()}

    @cached_property
    def deviations(self) -> dict[str, float]:
        """The standard deviation of each metric over the seeds; empty for a single seed."""
        return {name: float(np.std(self._values(name), ddof=1)) for name in self._names() if len(self.runs) > 1}

    @cached_property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """The 95 % interval over users of each metric that is a mean over users."""
        found = {name: interval(self.by_user(name)) for name in self._names() if name in self.runs[0].by_user}
        return {name: each for name, each in found.items() if np.isfinite(each).all()}

    def by_user(self, metric: str) -> np.ndarray:
        """A metric's values as in `MetricValues.by_user`, float64[users]: means over the seeds that measure a user."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # the mean of a user who is never measured is NaN
            return np.nanmean([run.by_user[metric] for run in self.runs], axis=0)

    def against(self, other: Results, metric: str) -> dict[str, Any]:
        """The paired test of a metric against another recommender, over the users that both have values for."""
        found = paired_test(self.by_user(metric), other.by_user(metric))
        return {"against": other.name, **{name: each for name, each in found.items() if np.isfinite(each)}}

    def _names(self) -> list[str]:
        return [name for name in self.runs[0].metrics if all(name in run.metrics for run in self.runs)]

    def _values(self, metric: str) -> list[float]:
        return [run.metrics[metric] for run in self.runs]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Models and baselines, measured on the same tasks.

    Attributes:
        configs: The config of each model, with the protocol and the first seed.
        dataset: The dataset that all were measured on.
        tasks: One task a seed, in the order of each `Results.runs`.
        models: The results of the models, by the names of `configs`.
        baselines: The results of the baselines, by name.
        policies: The results of the first model with other policies of requests, by their texts.
    """

    configs: dict[str, Config]
    dataset: Dataset
    tasks: list[Task]
    models: dict[str, Results]
    baselines: dict[str, Results]
    policies: dict[str, Results] = field(default_factory=dict)

    @property
    def recommenders(self) -> dict[str, Results]:
        """All results, in the order in which tables show them."""
        first, *others = self.models.items()
        return {**dict([first]), **self.policies, **dict(others), **self.baselines}

    def best_baseline(self, metric: str) -> Results | None:
        """The baseline with the best mean of `metric`; None where no baseline has it."""
        found, definition = [each for each in self.baselines.values() if metric in each.metrics], metric_of(metric)
        best = definition.best([each.metrics[metric] for each in found]) if definition else None
        return next((each for each in found if each.metrics[metric] == best), None)

    def significance(self, name: str) -> dict[str, dict[str, Any]]:
        """The paired tests of a model or a policy: the first model against the best baseline, others against it."""
        ours, first = self.recommenders[name], next(iter(self.models.values()))
        tests = {}
        for metric in significance_names():
            other = self.best_baseline(metric) if ours is first else first
            if other and metric in ours.metrics and metric in other.metrics:
                tests[metric] = ours.against(other, metric)
        return tests

    def header(self) -> dict[str, Any]:
        """The setting of the evaluation as JSON: the protocol, the seeds, and the first seed's counts."""
        task = self.tasks[0]
        return {
            "protocol": task.protocol,
            "seed": task.seed,
            "seeds": [each.seed for each in self.tasks],
            "ratings": len(task.test),
            "users": len(task.questions[0].users),
            "removed": dict(self.dataset.removed),
        }

    def model_json(self, name: str) -> dict[str, Any]:
        """All values of a model, as JSON; `model_id` is that of the first seed's model."""
        return {"model_id": self.models[name].bundles[0].model_id, **self._values_json(name)}

    def _values_json(self, name: str) -> dict[str, Any]:
        ours = self.recommenders[name]
        return {
            "metrics": ours.metrics,
            "intervals": {metric: list(each) for metric, each in ours.intervals.items()},
            **({"deviations": ours.deviations} if len(self.tasks) > 1 else {}),
            "significance": self.significance(name),
        }

    def policies_json(self) -> dict[str, dict[str, Any]]:
        """All values of the policies, as JSON."""
        return {name: self._values_json(name) for name in self.policies}

    def baseline_metrics(self) -> dict[str, dict[str, float]]:
        """The metrics of all baselines, as JSON."""
        return {name: each.metrics for name, each in self.baselines.items()}
