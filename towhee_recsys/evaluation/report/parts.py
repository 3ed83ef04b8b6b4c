"""Metrics of any group of users or items, as quotients of sums over the group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.evaluation.measure import MetricValues
from towhee_recsys.protocols import Task

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

LENGTH = 10
"""Items of a list that count."""


@dataclass(frozen=True, eq=False)
class Parts:
    """`sums` and `weights`, float64 of the users or of the items: a group's value is the quotient of their sums."""

    sums: np.ndarray
    weights: np.ndarray

    def value(self, mask: np.ndarray) -> float:
        """The value of the rows in `mask`, bool; NaN where they weigh nothing."""
        weight = self.weights[mask].sum()
        return float(self.sums[mask].sum() / weight) if weight else float("nan")


def ndcg(run: MetricValues, task: Task) -> Parts:
    """Of users: the mean of theirs."""
    values = run.by_user["ndcg@10"]
    return Parts(np.nan_to_num(values), (~np.isnan(values)).astype(np.float64))


def squared_error(run: MetricValues, task: Task) -> Parts:
    """Of users: the mean over their interactions in the test; its root is the RMSE."""
    assert run.predictions is not None
    errors = (np.asarray(run.predictions, dtype=np.float64) - task.test.values) ** 2
    return Parts(_counts(task.test.users, task.users, errors), _counts(task.test.users, task.users))


def recall(run: MetricValues, task: Task) -> Parts:
    """Of items: how often a list of ten has them, of all the times that they are relevant to a user."""
    relevant = task.questions[0].relevant
    found = relevant.multiply(listed(run, task))
    return Parts(_counts(found.nonzero()[1], task.items), _counts(relevant.nonzero()[1], task.items))


def listed(run: MetricValues, task: Task) -> csr_matrix:
    """The items of each list of the task's first question, bool[n, items]."""
    from scipy.sparse import csr_matrix

    question = task.questions[0]
    lists = run.lists[question.name][:, :LENGTH]
    users, ranks = np.nonzero(lists >= 0)
    cells = np.ones(len(users), dtype=bool), (users, lists[users, ranks])
    return csr_matrix(cells, shape=question.relevant.shape)


def users_with(mask: np.ndarray, task: Task) -> int:
    """To how many users an item in `mask`, bool[items], is relevant."""
    return len(np.unique(task.questions[0].relevant[:, np.flatnonzero(mask)].nonzero()[0]))


def _counts(rows: np.ndarray, length: int, weights: np.ndarray | None = None) -> np.ndarray:
    return np.bincount(rows, weights, minlength=length).astype(np.float64)
