from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.evaluation.baselines import BASELINES, SideInformation

NONE = SideInformation(None, None)


def every_pair(users, items):
    pairs = np.indices((users, items)).reshape(2, -1)
    return Interactions.of(pairs[0], pairs[1], np.zeros(users * items, dtype=np.float32))


def predicted(name, task):
    return BASELINES[name].rater(task, NONE)(every_pair(task.users, task.items)).reshape(task.users, task.items)


def test_means(task_of):
    task = task_of(np.array([[5, 3, 0], [4, 0, 0]]))
    assert predicted("mean_rating", task).tolist() == [[4, 4, 4]] * 2
    assert predicted("item_mean", task).tolist() == [[4.5, 3, 4]] * 2


def test_biases_that_add_up_are_found(task_of):
    of_users, of_items = np.linspace(-0.8, 0.8, 400), np.linspace(0.9, -0.9, 300)
    table = 3 + of_users[:, None] + of_items
    hidden = np.random.default_rng(1).random(table.shape) < 0.3
    answers = predicted("biases", task_of(np.where(hidden, 0, table)))
    assert np.abs(answers - table)[hidden].max() < 0.15
    assert np.sqrt(np.mean((answers - table)[hidden] ** 2)) < 0.06


def test_biases_of_few_ratings_are_damped(task_of):
    table = np.zeros((40, 3), dtype=np.int64)
    table[:, 0], table[0, 1] = 3, 5
    answers = predicted("biases", task_of(table))
    mean = (3 * 40 + 5) / 41
    assert mean < answers[5, 1] < mean + 2 / 10
    assert answers[5, 2] == pytest.approx(mean, abs=0.05), "it has no ratings"


def test_predictions_stay_within_the_training_ratings(task_of):
    table = np.full((60, 60), 3)
    table[0], table[:, 0], table[0, 0] = 5, 5, 0
    assert predicted("biases", task_of(table))[0, 0] == 5
