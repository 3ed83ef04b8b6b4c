"""The tables of the report: models and baselines, metric by metric, and the significance of differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from towhee_recsys.evaluation.baselines import BASELINES
from towhee_recsys.evaluation.results import Evaluation, Results
from towhee_recsys.metrics import METRICS, OF_RATINGS, IndexMetric, IntervalMetric, Metric, metric_of, value_name

SIGNIFICANT = 0.05
"""Differences with a p-value below it are called significant."""


@dataclass(frozen=True)
class Cell:
    """A value or None, half the width of its 95 % interval or None, and whether it is the best of its column."""

    value: float | None
    margin: float | None = None
    best: bool = False


@dataclass(frozen=True)
class Row:
    """A recommender's values; `kind` is "model", "policy", "baseline" or, over the seeds, "deviation"."""

    title: str
    kind: str
    cells: list[Cell]


@dataclass(frozen=True)
class Table:
    """The values of one question of the protocol; `title` is "" for its main question."""

    title: str
    columns: list[str]
    rows: list[Row]


def title_of(evaluation: Evaluation, name: str) -> str:
    """How the report calls a model or a baseline."""
    return BASELINES[name].title if name in BASELINES and name not in evaluation.models else name


def tables(evaluation: Evaluation) -> list[Table]:
    """A table for each question, of the shortest lists; predicted ratings are in the first."""
    return _tables(evaluation, shortest=True)


def full_tables(evaluation: Evaluation) -> list[Table]:
    """The same with the values of all lengths of lists."""
    return _tables(evaluation, shortest=False)


def glossary(evaluation: Evaluation) -> list[Metric]:
    """The metrics that any of the models has."""
    measured = {metric_of(name) for each in evaluation.models.values() for name in each.metrics}
    return [each for each in METRICS.values() if each in measured]


def sentences(evaluation: Evaluation) -> list[str]:
    """The significance of the models' differences, in words."""
    return [
        _sentence(evaluation, name, metric, test)
        for name in (*evaluation.models, *evaluation.policies)
        for metric, test in evaluation.significance(name).items()
    ]


def _tables(evaluation: Evaluation, shortest: bool) -> list[Table]:
    questions = [question.name for question in evaluation.tasks[0].questions]
    found = [_table(evaluation, name, _columns(name, shortest)) for name in questions]
    return [each for each in found if each.columns]


def _columns(question: str, shortest: bool) -> dict[str, str]:
    """The titles of the columns by the names of their values."""
    left_out = (IndexMetric, IntervalMetric) if shortest else (IndexMetric,)  # intervals have a section of their own
    metrics = [each for each in METRICS.values() if not isinstance(each, left_out)]
    columns = [
        pair
        for each in metrics
        if not (question and isinstance(each, OF_RATINGS))
        for pair in list(each.columns.items())[: 1 if shortest else None]
    ]
    return {value_name(name, question): title for name, title in columns}


def _table(evaluation: Evaluation, question: str, columns: Mapping[str, str]) -> Table:
    recommenders = evaluation.recommenders
    names = [name for name in columns if any(name in each.metrics for each in recommenders.values())]
    best = {name: _best(name, recommenders) for name in names}
    kinds, rows = {"model": evaluation.models, "policy": evaluation.policies}, []
    for name, each in recommenders.items():
        if any(metric in each.metrics for metric in names):
            kind = next((kind for kind, those in kinds.items() if name in those), "baseline")
            rows.append(Row(title_of(evaluation, name), kind, [_cell(each, metric, best[metric]) for metric in names]))
        if name not in evaluation.baselines and each.deviations:
            rows.append(Row("± over seeds", "deviation", [Cell(each.deviations.get(metric)) for metric in names]))
    return Table(question, [columns[name] for name in names], rows)


def _best(name: str, recommenders: Mapping[str, Results]) -> float | None:
    metric = metric_of(name)
    return metric.best(each.metrics[name] for each in recommenders.values() if name in each.metrics) if metric else None


def _cell(results: Results, metric: str, best: float | None) -> Cell:
    value = results.metrics.get(metric)
    low, high = results.intervals.get(metric, (None, None))
    margin = None if low is None or high is None else (high - low) / 2
    return Cell(value, margin, value is not None and value == best)


def _sentence(evaluation: Evaluation, name: str, metric: str, test: dict[str, Any]) -> str:
    difference, what, other = test.get("difference", 0.0), metric.upper(), title_of(evaluation, test["against"])
    if "p_value" not in test:
        return f"By {what}, {name} and {other} differ by {difference:+.4f}; there are too few users for a test."
    definition = metric_of(metric)
    better = definition is not None and (difference < 0) == (definition.direction == "lower")
    verdict = "is not significantly different from"
    if test["p_value"] < SIGNIFICANT:
        verdict = f"is significantly {'better' if better else 'worse'} than"
    p = "p < 0.001" if test["p_value"] < 0.001 else f"p = {test['p_value']:.3f}"
    return (
        f"By {what}, {name} {verdict} {other}: the difference is {difference:+.4f} "
        f"(95 % interval {test['low']:+.4f} to {test['high']:+.4f}; paired t-test over users: {p})."
    )
