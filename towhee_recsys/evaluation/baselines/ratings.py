"""Plain predictions of ratings: means and biases."""

from __future__ import annotations

import numpy as np

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.evaluation.baselines.side_information import SideInformation
from towhee_recsys.evaluation.measure import Predict
from towhee_recsys.protocols.task import Task

ITEM_DAMPING, USER_DAMPING, ROUNDS = 10, 15, 10
"""Ratings without bias that are added to each item's and to each user's, and how often both are fitted in turn."""


def mean_rating(task: Task, side: SideInformation) -> Predict:
    """The mean of all training ratings."""
    mean = _mean(task)
    return lambda ratings: np.full(len(ratings), mean)


def item_mean(task: Task, side: SideInformation) -> Predict:
    """The mean of the item's training ratings; for an item without any, the mean of all."""
    counts = np.bincount(task.train.items, minlength=task.items)
    sums = np.bincount(task.train.items, weights=task.train.values, minlength=task.items)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), _mean(task))
    return lambda ratings: means[ratings.items]


def biases(task: Task, side: SideInformation) -> Predict:
    """Mean + user bias + item bias, damped least squares in turns, kept within the range of the training ratings.

    Koren 2010 (doi:10.1145/1644873.1644874), section 2.1. Users and items without training ratings have no bias.
    """
    train, mean = task.train, _mean(task)
    residuals, of_users, of_items = train.values - mean, np.zeros(task.users), np.zeros(task.items)
    for _ in range(ROUNDS):
        of_items = _damped_means(residuals - of_users[train.users], train.items, task.items, ITEM_DAMPING)
        of_users = _damped_means(residuals - of_items[train.items], train.users, task.users, USER_DAMPING)

    def predict(ratings: Interactions) -> np.ndarray:
        predicted = mean + of_users[ratings.users] + of_items[ratings.items]
        return np.clip(predicted, train.values.min(), train.values.max())

    return predict


def _mean(task: Task) -> float:
    return float(task.train.values.mean(dtype=np.float64))


def _damped_means(values: np.ndarray, rows: np.ndarray, count: int, damping: float) -> np.ndarray:
    sums = np.bincount(rows, weights=values, minlength=count)
    return sums / (np.bincount(rows, minlength=count) + damping)
