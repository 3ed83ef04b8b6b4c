"""Which users' and which items' ratings are hard to predict, by the errors of a model on its training part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.prediction_variance import PredictionVariance, of_few

SHRINKAGE = 5.0
"""A row's own errors count as much as what is expected of any row when it has so many."""

ROUNDS = 3
"""How often users' and items' variances are estimated in turn; further rounds change nothing."""

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


def relative_variances(
    interactions: Interactions, squares: np.ndarray, scale: float, users: int, items: int
) -> RelativeVariances:
    """The relative variances by which a squared error is about `scale * user * item`.

    Each row's is the mean of its squared errors, divided by the relative variances of the other side, shrunk towards
    what is expected with as many interactions: 1 with many, more with few.

    Args:
        interactions: The training part, with ratings.
        squares: The expected squared error of each of its ratings, float[k]: with the variance of the prediction, which
            makes up for that the model has seen the rating.
        scale: The mean squared error to expect of other ratings by these users, of these items.
        users: The number of users.
        items: The number of items.
    """
    relative = squares / max(float(squares.mean()), 1e-12)
    scale, of_users, of_items = max(scale, 1e-12), np.ones(users), np.ones(items)
    new_user = max(1.0, _around_means(interactions.items, interactions.values) / scale)
    new_item = max(1.0, _around_means(interactions.users, interactions.values) / scale)
    for _ in range(ROUNDS):
        of_users = _shrunk(interactions.users, relative / of_items[interactions.items], users, new_user)
        of_items = _shrunk(interactions.items, relative / of_users[interactions.users], items, new_item)
    prediction = PredictionVariance(scale, new_user=new_user, new_item=new_item)
    return RelativeVariances(of_users.astype(np.float32), of_items.astype(np.float32), prediction)


def _shrunk(rows: np.ndarray, relative: np.ndarray, length: int, new: float) -> np.ndarray:
    """The means of `relative` by row, shrunk towards what is expected: float64[length]."""
    counts = np.bincount(rows, minlength=length)
    sums = np.bincount(rows, relative, length) + SHRINKAGE * of_few(new, counts)
    return np.maximum(sums / (counts + SHRINKAGE), LEAST)


def _around_means(rows: np.ndarray, values: np.ndarray) -> float:
    """The variance of ratings around the means of `rows`: what is known of a row of the other side without ratings."""
    counts = np.bincount(rows)
    means = np.bincount(rows, values) / np.maximum(counts, 1)
    free = max(1, len(values) - np.count_nonzero(counts))
    return float(np.square(values.astype(np.float64) - means[rows]).sum() / free)
