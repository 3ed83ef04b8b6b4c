"""What training reads: each user's and each item's arrays once, and the ratings as pairs of places among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from towhee_recsys.config import Config
from towhee_recsys.data import Dataset, records
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.features import FeatureEncoder


@dataclass(frozen=True)
class Examples:
    """Both sides with their arrays, one line a user or item in the order of the dataset's tables."""

    users: FeatureEncoder
    items: FeatureEncoder
    user_ids: np.ndarray
    item_ids: np.ndarray
    user_arrays: list[np.ndarray]
    item_arrays: list[np.ndarray]
    training: Interactions
    validation: Interactions

    def known(self) -> dict[str, dict[str, np.ndarray]]:
        """For each side the records' ids as `ids`, text, and their arrays as `0`, `1`, ... in the features' order."""
        sides = {"user": (self.user_ids, self.user_arrays), "item": (self.item_ids, self.item_arrays)}
        return {
            side: {"ids": ids, **{str(place): array for place, array in enumerate(arrays)}}
            for side, (ids, arrays) in sides.items()
        }


def make_examples(
    config: Config, dataset: Dataset, training: Interactions, validation: Interactions, new_items: np.ndarray
) -> Examples:
    """Fits the features. Ids are known of users who rate in training and of all items but `new_items`."""
    people = _with_histories(config, dataset, training)
    known = dataset.items.drop(dataset.items.index[new_items])
    users = FeatureEncoder.fit(config.features.user, people, set(dataset.user_ids[np.unique(training.users)]))
    items = FeatureEncoder.fit(config.features.item, known, set(known[dataset.schema.items.id]))
    return Examples(
        users,
        items,
        dataset.user_ids.astype(str),
        dataset.item_ids.astype(str),
        users.encode(records(people)),
        items.encode(records(dataset.items)),
        training,
        validation,
    )


def _with_histories(config: Config, dataset: Dataset, training: Interactions) -> Any:
    """The users' table with a column for each history feature: what training shows that they like, best last."""
    columns = [feature.column for feature in config.features.user if feature.is_history]
    if not columns:
        return dataset.users
    liked = training.take(training.values >= config.dataset.feedback.liked)
    liked = liked.take(np.lexsort((liked.values, liked.users)))
    ends = np.searchsorted(liked.users, np.arange(1, len(dataset.users)))
    items = np.split(dataset.item_ids[liked.items], ends)
    return dataset.users.assign(**{column: [own.tolist() for own in items] for column in columns})
