"""For whom the lists are good, and which items they find: metrics by groups of users and of items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from towhee_recsys.config import Config
from towhee_recsys.data import Dataset
from towhee_recsys.evaluation.measure import MetricValues
from towhee_recsys.evaluation.report.groups import Group, by_activity, by_feature, by_popularity
from towhee_recsys.evaluation.report.parts import Parts, ndcg, recall, squared_error, users_with
from towhee_recsys.evaluation.report.pictures import MODELS
from towhee_recsys.evaluation.report.tables import title_of
from towhee_recsys.evaluation.results import Evaluation, Results
from towhee_recsys.protocols import Task

FEW = 30
"""Groups of fewer users are shown faintly: their values are uncertain."""

PARTS: dict[str, Callable[[MetricValues, Task], Parts]] = {"ndcg@10": ndcg, "rmse": squared_error, "recall@10": recall}
OF_USERS, OF_ITEMS = ("ndcg@10", "rmse"), ("recall@10",)


@dataclass(frozen=True)
class Bar:
    """A recommender's value and its `share`, 0 to 1, of the longest bar; of a baseline `colour` is None."""

    title: str
    value: float
    share: float
    colour: int | None


@dataclass(frozen=True)
class Line:
    """A group with its number of users or items, whether it is about few users, and its bars."""

    label: str
    size: int
    few: bool
    bars: list[Bar]


@dataclass(frozen=True)
class Slices:
    """One picture: a metric, of what and by what the groups are, the best baseline's title, and the groups."""

    metric: str
    of: str
    by: str
    baseline: str | None
    lines: list[Line]


def slices(evaluation: Evaluation) -> list[Slices]:
    """All pictures of the first seed; where all users or items are in one group, there is none."""
    source = evaluation.tasks[0], next(iter(evaluation.configs.values())), evaluation.dataset
    users, items = groups_of_users(*source), groups_of_items(*source)
    pictures = [_picture(evaluation, metric, "users", by, users[by]) for by in users for metric in OF_USERS]
    pictures += [_picture(evaluation, metric, "items", by, items[by]) for by in items for metric in OF_ITEMS]
    return [each for each in pictures if len(each.lines) > 1]


def groups_of_users(task: Task, config: Config, dataset: Dataset) -> dict[str, list[Group]]:
    """Users by their interactions in training and by their declared categories; the keys say by what."""
    counts = np.bincount(task.train.users, minlength=task.users)
    groups = {"training interactions": by_activity(counts, np.unique(task.test.users))}
    categories = [each for each in config.features.user if each.grouping == "one"]
    return groups | {each.column: by_feature(each, dataset.users) for each in categories}


def groups_of_items(task: Task, config: Config, dataset: Dataset) -> dict[str, list[Group]]:
    """Items by their interactions in training and by their declared categories; the keys say by what."""
    groups = {"training interactions": by_popularity(np.bincount(task.train.items, minlength=task.items))}
    kinds = [each for each in config.features.item if each.grouping != "none"]
    return groups | {each.column: by_feature(each, dataset.items) for each in kinds}


def _picture(evaluation: Evaluation, metric: str, of: str, by: str, groups: list[Group]) -> Slices:
    task, best = evaluation.tasks[0], evaluation.best_baseline(metric)
    shown = _shown(evaluation, metric)
    parts = [PARTS[metric](each.runs[0], task) for each, _ in shown]
    values = np.array([[each.value(group.mask) for each in parts] for group in groups])
    values = np.sqrt(values) if metric == "rmse" else values
    longest = np.nanmax(values) if np.isfinite(values).any() else 0
    lines = []
    for group, row in zip(groups, values.tolist() if longest else (), strict=False):
        users = users_with(group.mask, task) if of == "items" else int((parts[0].weights[group.mask] > 0).sum())
        bars = [
            Bar(title_of(evaluation, each.name), value, value / longest, colour)
            for (each, colour), value in zip(shown, row, strict=True)
            if value == value  # not NaN
        ]
        size = int(group.mask.sum()) if of == "items" else users
        lines += [Line(group.label, size, users < FEW, bars)] if bars else []
    return Slices(metric, of, by, title_of(evaluation, best.name) if best else None, lines)


def _shown(evaluation: Evaluation, metric: str) -> list[tuple[Results, int | None]]:
    """Models with their colours, and the best baseline; empty where no model has the metric."""
    best = evaluation.best_baseline(metric)
    models: list[tuple[Results, int | None]] = [
        (each, model % MODELS) for model, each in enumerate(evaluation.models.values()) if metric in each.metrics
    ]
    return [*models, *([(best, None)] if best and models else [])]
