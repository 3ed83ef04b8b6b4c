from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from towhee_recsys.data import Dataset
from towhee_recsys.protocols import make_task


@pytest.fixture(scope="session")
def dataset_of():
    """Makes a dataset out of rows (user, item, stars, time); ids are the numbers from 1, up to those that occur."""

    def dataset_of(rows, users=None, items=None):
        columns = {"user_id": "int64", "movie_id": "int64", "rating": "float32", "timestamp": "int64"}
        ratings = pd.DataFrame(rows, columns=list(columns)).astype(columns)
        users = pd.DataFrame({"user_id": range(1, 1 + (users or ratings["user_id"].max()))})
        items = pd.DataFrame({"movie_id": range(1, 1 + (items or ratings["movie_id"].max()))})
        return Dataset(users, items, ratings, "mine", "0" * 64, Counter())

    return dataset_of


@pytest.fixture(scope="session")
def random_dataset(dataset_of):
    """Makes a dataset in which chance decides who rates what, in which order, how and when."""

    def random_dataset(seed, users=30, items=40, density=0.5):
        random = np.random.default_rng(seed)
        who, what = np.nonzero(random.random((users, items)) < density)
        order = random.permutation(len(who))
        stars, times = random.integers(1, 6, len(who)), random.integers(0, 50, len(who))
        rows = np.column_stack([who[order] + 1, what[order] + 1, stars, times])
        return dataset_of(rows, users, items)

    return random_dataset


@pytest.fixture(scope="session")
def task_of():
    """`make_task` with the settings that most tests share."""

    def task_of(protocol, dataset, seed=42, validation=0.0, rating_scale=(1, 5)):
        return make_task(protocol, dataset, seed=seed, validation=validation, rating_scale=rating_scale)

    return task_of
