"""Which users' and which items' ratings are hard to predict, by the errors of a model on its training part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.prediction_variance import PredictionVariance, of_few

SHRINKAGE = 10.0
"""A row's own errors count as much as what is expected of any row when it has so many."""

ROUNDS = 3
"""Users' and items' variances are estimated in turns so often; more rounds change nothing any more."""

LEAST = 0.01
"""The least relative variance."""


@dataclass(frozen=True, eq=False)
class RelativeVariances:
    """How many times as large as usual squared errors are.

    Attributes:
        users: Of ratings by each user, float32[n].
        items: Of ratings of each item, float32[m].
        prediction: The variance of a predicted rating by them.
    """

    users: np.ndarray
    items: np.ndarray
    prediction: PredictionVariance


def relative_variances(interactions: Interactions, squares: np.ndarray, users: int, items: int) -> RelativeVariances:
    """The relative variances by which a squared error is about `mean * user * item`.

    Each row's is the mean of its squared errors, divided by the relative variances of the other side, shrunk towards
    what is expected with as many interactions: 1 with many, more with few.

    Args:
        interactions: The training part, with ratings.
        squares: The expected squared error of each of its ratings, float[k]: with the variance of the prediction, which
            makes up for that the model has seen the rating.
        users: The number of users.
        items: The number of items.
    """
    mean = float(squares.mean())
    of_users, of_items = np.ones(users), np.ones(items)
    if not mean > 0:
        return RelativeVariances(*(each.astype(np.float32) for each in (of_users, of_items)), PredictionVariance(LEAST))
    relative = squares / mean
    new_user = 1 + _between(interactions.users, interactions.items, interactions.values) / mean
    new_item = 1 + _between(interactions.items, interactions.users, interactions.values) / mean
    for _ in range(ROUNDS):
        of_users = _shrunk(interactions.users, relative / of_items[interactions.items], users, new_user)
        of_items = _shrunk(interactions.items, relative / of_users[interactions.users], items, new_item)
    prediction = PredictionVariance(mean, new_user=new_user, new_item=new_item)
    return RelativeVariances(of_users.astype(np.float32), of_items.astype(np.float32), prediction)


def _shrunk(rows: np.ndarray, relative: np.ndarray, length: int, new: float) -> np.ndarray:
    """The means of `relative` by row, shrunk towards what is expected: float64[length]."""
    counts = np.bincount(rows, minlength=length)
    sums = np.bincount(rows, relative, length) + SHRINKAGE * of_few(new, counts)
    return np.maximum(sums / (counts + SHRINKAGE), LEAST)


def _between(rows: np.ndarray, others: np.ndarray, values: np.ndarray) -> float:
    """The variance of the rows' true mean ratings, where each of the `others` has a mean of its own.

    It is the variance of the observed means, without what few ratings add to it: the part of the error that a row
    without interactions has besides the noise.
    """
    values = values.astype(np.float64)
    values = values - _means(others, values)[others]
    counts, means = np.bincount(rows), _means(rows, values)
    there = counts > 0
    within = np.square(values - means[rows]).sum() / max(1, len(values) - there.sum())
    return float(max(0.0, np.mean(means[there] ** 2 - within / counts[there])))


def _means(rows: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.asarray(np.bincount(rows, values) / np.maximum(np.bincount(rows), 1))
