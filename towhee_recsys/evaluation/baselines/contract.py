"""What baselines know of users and items besides ratings, and what a baseline is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.config.features import Features
from towhee_recsys.data.dataset import Dataset
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.features import Side
from towhee_recsys.protocols.task import Question, Task

if TYPE_CHECKING:
    import pandas as pd

USERS_A_GROUP = 100
"""Groups have as many users on average: what fewer like is mostly chance."""


@dataclass(frozen=True, eq=False)
class SideInformation:
    """The dataset's lines as groups and sets.

    - `groups`: int64[users], the demographic group of each user, from 0 up; None where there are no such features
    - `contents`: float32[items, members], a 1 for each member of an item's sets; None where there are no such features
    """

    groups: np.ndarray | None
    contents: np.ndarray | None


Score = Callable[[Question], np.ndarray]
"""Scores of a question's users and all items, float32[n, items]: finite, and higher is better."""

Predict = Callable[[Interactions], np.ndarray]
"""The stars of each rating's user and item, float64[n], finite; the stars that the ratings have are not looked at."""

Ranker = Callable[[Task, SideInformation], Score]
"""Fits on `task.train` alone. Raises EvaluationError where the dataset or the installation lacks what it needs."""

Rater = Callable[[Task, SideInformation], Predict]
"""As `Ranker`."""


def side_information(features: Features, dataset: Dataset) -> SideInformation:
    """What the declared `features` say of `dataset`: the users' categories, the items' sets.

    Groups are products of categories, taken in the order of their declaration; one that would make the groups smaller
    than `USERS_A_GROUP` users on average is left out. On MovieLens 1M that gives gender x age.

    Raises:
        DatasetError: a feature names a column that the dataset does not have.
        QueryError: a column has a value that its feature cannot take.
    """
    return SideInformation(_groups(features, dataset.users), _contents(features, dataset.items))


def _groups(features: Features, users: pd.DataFrame) -> np.ndarray | None:
    groups = None
    for rows in _encoded([each for each in features.user if each.kind == "category"], users):
        pairs = rows if groups is None else groups * (rows.max() + 1) + rows
        kinds, finer = np.unique(pairs, return_inverse=True)
        if 1 < len(kinds) <= len(users) / USERS_A_GROUP:
            groups = finer.astype(np.int64)
    return groups


def _contents(features: Features, items: pd.DataFrame) -> np.ndarray | None:
    sets = _encoded([each for each in features.item if each.kind == "categories"], items)
    members = [hot[:, 1:] for hot in sets]  # the first column is that of unknown members: nothing is shared by it
    return np.concatenate(members, axis=1) if sum(each.shape[1] for each in members) else None


def _encoded(features: list, table: pd.DataFrame) -> list[np.ndarray]:
    fitted = Side.fit(features, table, set())
    records = table[[each.column for each in fitted.features]].to_dict("records")
    return fitted.encode([{str(name): value for name, value in record.items()} for record in records])
