"""The features of users and items that baselines use besides interactions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.config.features import Features
from towhee_recsys.data.dataset import Dataset
from towhee_recsys.features import Feature, FeatureEncoder, check_columns

if TYPE_CHECKING:
    import pandas as pd

USERS_PER_GROUP = 100
"""The least number of users that a group has on average: preferences of fewer users are mostly chance."""


@dataclass(frozen=True, eq=False)
class SideInformation:
    """Groups of users and contents of items.

    Attributes:
        groups: int64[users], the group of each user, from 0 up; None where no feature gives groups.
        contents: float32[items, members], a 1 for each member of an item's categories; None where no feature has any.
    """

    groups: np.ndarray | None
    contents: np.ndarray | None


def side_information(features: Features, dataset: Dataset) -> SideInformation:
    """The side information in `dataset` by the declared `features`: the users' category, the items' categories.

    Groups are products of the users' category features, taken in the order of their declaration; one that would make
    the groups smaller than `USERS_PER_GROUP` users on average is left out.

    Raises:
        DeclarationError: features name columns that the dataset does not have.
        QueryError: a column has a value that its feature cannot take.
    """
    return SideInformation(_groups(features, dataset.users), _contents(features, dataset.items))


def _groups(features: Features, users: pd.DataFrame) -> np.ndarray | None:
    groups = None
    for rows in _encoded(features.user, "one", users, "features.user"):
        pairs = rows if groups is None else groups * (rows.max() + 1) + rows
        unique, finer = np.unique(pairs, return_inverse=True)
        if 1 < len(unique) <= len(users) / USERS_PER_GROUP:
            groups = finer.astype(np.int64)
    return groups


def _contents(features: Features, items: pd.DataFrame) -> np.ndarray | None:
    encoded = _encoded(features.item, "several", items, "features.item")
    members = [hot[:, 1:] for hot in encoded]  # the first column is that of unknown members, which say nothing
    return np.concatenate(members, axis=1) if sum(each.shape[1] for each in members) else None


def _encoded(features: Sequence[Feature], grouping: str, table: pd.DataFrame, key: str) -> list[np.ndarray]:
    """The arrays of the features of this `grouping`; the config declares `features` at `key`."""
    chosen = {f"{key}[{row}].column": feature for row, feature in enumerate(features) if feature.grouping == grouping}
    check_columns({setting: feature.column for setting, feature in chosen.items()}, table)
    fitted = FeatureEncoder.fit([*chosen.values()], table, set())
    records = table[[each.column for each in fitted.features]].to_dict("records")
    return fitted.encode([{str(name): value for name, value in record.items()} for record in records])
