"""What a new model changes for groups of users and of items: those of the report, with intervals over users."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from towhee_recsys.config import Config
from towhee_recsys.data import Dataset
from towhee_recsys.evaluation.measure import MetricValues
from towhee_recsys.evaluation.report.groups import Group
from towhee_recsys.evaluation.report.parts import Parts, listed, ndcg, squared_error
from towhee_recsys.evaluation.report.slices import groups_of_items, groups_of_users
from towhee_recsys.protocols import Task

DRAWS = 1000
"""How many times users are drawn for an interval."""

PART = 100
"""Draws at a time, so that memory use is small."""

Of = Literal["users", "items"]


@dataclass(frozen=True)
class Slice:
    """A metric of a group of users or items for two models.

    Attributes:
        metric: The metric's name.
        of: Whether the group is of users or of items.
        by: The column by which groups are made, or "training interactions"; "" for all.
        label: The group's name.
        size: How many users the figures are of.
        before: The figure of the model before.
        now: The figure of the new one.
        low: The lower end of the 95 % interval of `now - before`.
        high: Its upper end.
    """

    metric: str
    of: Of
    by: str
    label: str
    size: int
    before: float
    now: float
    low: float
    high: float

    @property
    def worse(self) -> bool:
        """Whether the whole interval of the difference is on the side where the new model is worse."""
        return self.low > 0 if self.metric == "rmse" else self.high < 0


def compared_slices(
    before: MetricValues, now: MetricValues, task: Task, config: Config, dataset: Dataset, metrics: Iterable[str]
) -> Iterator[Slice]:
    """The slices of all groups for each metric; `before` and `now` are of the same task."""
    everyone, everything = (Group("all", np.ones(count, dtype=bool)) for count in (task.users, task.items))
    groups = [("users", "", everyone), *_named("users", groups_of_users(task, config, dataset))]
    items = [("items", "", everything), *_named("items", groups_of_items(task, config, dataset))]
    for metric in metrics:
        for of, by, group in _with(metric, groups, items):
            ours, theirs = (_PARTS[metric, of](run, task, group.mask) for run in (now, before))
            if ours.weights.any():
                yield _slice(metric, of, by, group.label, theirs, ours)


def _named(of: Of, groups: dict[str, list[Group]]) -> list[tuple[Of, str, Group]]:
    return [(of, by, group) for by, found in groups.items() if len(found) > 1 for group in found]


def _with(metric: str, *groups: list) -> Iterator[tuple[Of, str, Group]]:
    """The groups that the metric exists for, all users and all items once."""
    there = [each for listed_groups in groups for each in listed_groups if (metric, each[0]) in _PARTS]
    return (each for place, each in enumerate(there) if each[1] or place == 0)


def _slice(metric: str, of: Of, by: str, label: str, before: Parts, now: Parts) -> Slice:
    value = _root_of_mean if metric == "rmse" else _mean
    everyone = np.ones((1, len(now.weights)))
    figures = [float(value(each, everyone)[0]) for each in (before, now)]
    low, high = _interval(before, now, value)
    return Slice(metric, of, by, label, int((now.weights > 0).sum()), *figures, low, high)


Value = Callable[[Parts, np.ndarray], np.ndarray]


def _mean(parts: Parts, counts: np.ndarray) -> np.ndarray:
    """The quotient of the sums for each draw of users, float64[draws]; `counts`, [draws, users], says how often."""
    with np.errstate(invalid="ignore"):  # a draw may have no user of the group
        return (counts @ parts.sums) / (counts @ parts.weights)


def _root_of_mean(parts: Parts, counts: np.ndarray) -> np.ndarray:
    return np.sqrt(_mean(parts, counts))


def _interval(before: Parts, now: Parts, value: Value) -> tuple[float, float]:
    """The 95 % interval of the difference by a paired bootstrap: both models are measured on the same drawn users."""
    there = np.flatnonzero(now.weights)
    before, now = (Parts(each.sums[there], each.weights[there]) for each in (before, now))
    rng, chances = np.random.default_rng(0), np.full(len(there), 1 / len(there))
    drawn = [rng.multinomial(len(there), chances, size=PART).astype(np.float64) for _ in range(DRAWS // PART)]
    differences = np.concatenate([value(now, counts) - value(before, counts) for counts in drawn])
    low, high = np.nanpercentile(differences, [2.5, 97.5])
    return float(low), float(high)


def _of_users(parts: Callable[[MetricValues, Task], Parts]) -> Callable[[MetricValues, Task, np.ndarray], Parts]:
    def of_group(run: MetricValues, task: Task, mask: np.ndarray) -> Parts:
        found = parts(run, task)
        return Parts(found.sums * mask, found.weights * mask)

    return of_group


def _recall(run: MetricValues, task: Task, mask: np.ndarray) -> Parts:
    """Of users: how many items of the group their lists have, of those that are relevant to them."""
    relevant = task.questions[0].relevant[:, mask]
    found = relevant.multiply(listed(run, task)[:, mask])
    return Parts(*(np.asarray(each.sum(axis=1), dtype=np.float64).ravel() for each in (found, relevant)))


def _squared_error(run: MetricValues, task: Task, mask: np.ndarray) -> Parts:
    """Of users: the squared errors of their interactions with items of the group."""
    assert run.predictions is not None
    rows = mask[task.test.items]
    users, errors = task.test.users[rows], (run.predictions[rows] - task.test.values[rows]) ** 2
    return Parts(np.bincount(users, errors, task.users), np.bincount(users, minlength=task.users).astype(np.float64))


_PARTS: dict[tuple[str, Of], Callable[[MetricValues, Task, np.ndarray], Parts]] = {
    ("ndcg@10", "users"): _of_users(ndcg),
    ("rmse", "users"): _of_users(squared_error),
    ("recall@10", "items"): _recall,
    ("rmse", "items"): _squared_error,
}
"""Sums over each user, by the metric and by what is in groups."""
