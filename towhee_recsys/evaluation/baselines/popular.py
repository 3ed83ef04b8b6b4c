"""Lists that are not personal: random, by popularity, by popularity within the user's group."""

from __future__ import annotations

import numpy as np

from towhee_recsys.data.decay import remaining_now
from towhee_recsys.data.popularity import item_popularity
from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.baselines.side_information import USERS_PER_GROUP, SideInformation
from towhee_recsys.evaluation.measure import Score
from towhee_recsys.protocols.task import Question, Task

PRIOR = 1000
"""The weight of all users' likes in a group's, in likes: a small group follows the popularity among all."""


def random(task: Task, side: SideInformation) -> Score:
    """A random order, drawn for each user by `task.seed`, whichever other users are scored with it."""

    def score(question: Question) -> np.ndarray:
        drawn = [_drawn(task, user) for user in question.users.tolist()]
        return np.array(drawn, dtype=np.float32).reshape(-1, task.items)

    return score


def popularity(task: Task, side: SideInformation) -> Score:
    """How many users liked the item; with a half-life recently, as `item_popularity` counts."""
    counts = popular(task)
    return lambda question: np.tile(counts, (len(question.users), 1))


def group_popularity(task: Task, side: SideInformation) -> Score:
    """The item's share of what the user's group liked, smoothed towards its share of what all users liked.

    With a half-life each like counts as in `popularity`.

    Raises:
        EvaluationError: no feature gives groups of users.
    """
    groups = side.groups
    if groups is None:
        raise EvaluationError(
            f"group_popularity needs groups of {USERS_PER_GROUP} users or more on average, and no category under "
            "features.user gives them: declare one whose values many users share, or leave this baseline out."
        )
    liked = task.train.values >= task.liked
    cells = groups[task.train.users[liked]] * task.items + task.train.items[liked]
    weights = remaining_now(task.train, task.half_life)[liked]
    counts = np.bincount(cells, weights, minlength=(groups.max() + 1) * task.items).reshape(-1, task.items)
    overall = popular(task) / max(counts.sum(), 1)
    shares = (counts + PRIOR * overall) / (counts.sum(axis=1, keepdims=True) + PRIOR)
    return lambda question: shares[groups[question.users]].astype(np.float32)


def popular(task: Task) -> np.ndarray:
    """How many users liked each item in training: float32[items]."""
    return item_popularity(task.train, task.items, liked=task.liked, half_life=task.half_life)


def _drawn(task: Task, user: int) -> np.ndarray:
    return np.random.default_rng([task.seed, user]).random(task.items, dtype=np.float32)
