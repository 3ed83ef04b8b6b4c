"""Factorisations of ratings, by the library scikit-surprise."""

from __future__ import annotations

from typing import Any

import numpy as np

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.evaluation.baselines.library import library
from towhee_recsys.evaluation.baselines.side_information import SideInformation
from towhee_recsys.evaluation.measure import Predict
from towhee_recsys.protocols.task import Task


def svd(task: Task, side: SideInformation) -> Predict:
    """Biases and factors of users and items (Koren, Bell and Volinsky 2009, doi:10.1109/MC.2009.263).

    For a user or an item without training ratings, the prediction is the mean plus the other's bias.

    Raises:
        EvaluationError: scikit-surprise is not installed.
    """
    return _fitted(library("surprise").SVD(random_state=task.seed), task)


def svdpp(task: Task, side: SideInformation) -> Predict:
    """As `svd`, with the implicit feedback of which items a user has rated (Koren 2008, doi:10.1145/1401890.1401944).

    A million ratings take about ten minutes.

    Raises:
        EvaluationError: scikit-surprise is not installed.
    """
    return _fitted(library("surprise").SVDpp(random_state=task.seed, cache_ratings=True), task)


def _fitted(model: Any, task: Task) -> Predict:
    import pandas as pd

    surprise, train = library("surprise"), task.train
    table = pd.DataFrame({"user": train.users, "item": train.items, "rating": train.values})
    reader = surprise.Reader(rating_scale=(float(train.values.min()), float(train.values.max())))
    model.fit(surprise.Dataset.load_from_df(table, reader).build_full_trainset())

    def predict(ratings: Interactions) -> np.ndarray:
        pairs = zip(ratings.users.tolist(), ratings.items.tolist(), strict=True)
        return np.array([model.predict(user, item).est for user, item in pairs], dtype=np.float64)

    return predict
