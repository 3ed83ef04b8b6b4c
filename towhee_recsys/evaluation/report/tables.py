"""The table of the report: models and baselines, figure by figure, and what chance has to do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from towhee_recsys.evaluation.results import Evaluation, Results
from towhee_recsys.metrics import CUTOFFS

ERRORS = {"RMSE": "rmse", "MAE": "mae"}
LISTS = {"Recall": "recall", "NDCG": "ndcg", "Precision": "precision", "MRR": "mrr", "Hit": "hit"}
SPREAD = {"Coverage": "coverage", "Novelty": "novelty", "Gini": "gini"}
"""Of these no best is marked: lists drawn at random are the widest spread and the most novel."""

SURE = 0.05
"""A p-value below it is called a difference that chance hardly explains."""


@dataclass(frozen=True)
class Cell:
    """A figure or None, half the width of its 95 % interval or None, and whether it is the best of its column."""

    figure: float | None
    margin: float | None = None
    best: bool = False


@dataclass(frozen=True)
class Row:
    """A recommender's figures; `kind` is model, baseline or deviation, which is a model's over the seeds."""

    name: str
    kind: str
    cells: list[Cell]


@dataclass(frozen=True)
class Table:
    """The figures that answer one question; `title` is "" for the protocol's main question."""

    title: str
    columns: list[str]
    rows: list[Row]


def tables(evaluation: Evaluation) -> list[Table]:
    """A table for each question, of the lists of ten; stars are in the first."""
    return [each for name in _questions(evaluation) if (each := _table(evaluation, name, CUTOFFS[:1])).columns]


def full_tables(evaluation: Evaluation) -> list[Table]:
    """The same with the longer lists, too."""
    return [each for name in _questions(evaluation) if (each := _table(evaluation, name, CUTOFFS)).columns]


def sentences(evaluation: Evaluation) -> list[str]:
    """What chance has to do with the differences, in words."""
    return [
        _sentence(name, metric, test)
        for name in evaluation.models
        for metric, test in evaluation.significance(name).items()
    ]


def _questions(evaluation: Evaluation) -> list[str]:
    return [question.name for question in evaluation.tasks[0].questions]


def _table(evaluation: Evaluation, question: str, cutoffs: tuple[int, ...]) -> Table:
    recommenders = evaluation.models | evaluation.baselines
    columns = {
        title: metric
        for title, metric in _columns(question, cutoffs).items()
        if any(metric in each.metrics for each in recommenders.values())
    }
    best = {metric: _best(metric, recommenders) for metric in columns.values()}
    rows = []
    for name, each in recommenders.items():
        if any(metric in each.metrics for metric in columns.values()):
            kind = "model" if name in evaluation.models else "baseline"
            rows.append(Row(name, kind, [_cell(each, metric, best[metric]) for metric in columns.values()]))
        if name in evaluation.models and each.deviations:
            cells = [Cell(each.deviations.get(metric)) for metric in columns.values()]
            rows.append(Row("± over seeds", "deviation", cells))
    return Table(question, [*columns], rows)


def _columns(question: str, cutoffs: tuple[int, ...]) -> dict[str, str]:
    suffix = f" ({question})" if question else ""
    lists = {f"{title}@{k}": f"{name}@{k}{suffix}" for k in cutoffs for title, name in LISTS.items()}
    spread = {f"{title}@{k}": f"{name}@{k}{suffix}" for k in cutoffs for title, name in SPREAD.items()}
    return ({} if question else ERRORS) | lists | spread


def _best(metric: str, recommenders: Mapping[str, Results]) -> float | None:
    if metric.partition("@")[0] in SPREAD.values():
        return None
    pick = min if metric in ERRORS.values() else max
    return pick((each.metrics[metric] for each in recommenders.values() if metric in each.metrics), default=None)


def _cell(results: Results, metric: str, best: float | None) -> Cell:
    figure = results.metrics.get(metric)
    low, high = results.intervals.get(metric, (None, None))
    margin = None if low is None or high is None else (high - low) / 2
    return Cell(figure, margin, figure is not None and figure == best)


def _sentence(name: str, metric: str, test: dict[str, Any]) -> str:
    difference, what, other = test.get("difference", 0.0), metric.upper(), test["against"]
    if "p_value" not in test:
        return f"By {what}, {name} and {other} differ by {difference:+.4f}: too few users to tell whether by chance."
    word = "better" if (difference < 0) == (metric in ERRORS.values()) else "worse"
    verdict = f"is {word} than" if test["p_value"] < SURE else "cannot be told from"
    p = "p < 0.001" if test["p_value"] < 0.001 else f"p = {test['p_value']:.3f}"
    return (
        f"By {what}, {name} {verdict} {other}: the difference is {difference:+.4f} "
        f"(95 % interval {test['low']:+.4f} to {test['high']:+.4f}; paired t-test over users: {p})."
    )
