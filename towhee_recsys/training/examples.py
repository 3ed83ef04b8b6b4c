"""The input of training: each user's and each item's arrays once, and the interactions as pairs of their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.config.features import Features
from towhee_recsys.data import Dataset
from towhee_recsys.data.decay import decayed
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.features import FeatureEncoder
from towhee_recsys.features.column import State
from towhee_recsys.support.step_timers import timed
from towhee_recsys.training.training_split import TrainingSplit

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Examples:
    """Users and items as arrays, a row for each in the order of the dataset's tables, and the interactions.

    Attributes:
        users: The fitted features of users.
        items: The fitted features of items.
        user_ids: The users' ids as text.
        item_ids: The items' ids as text.
        user_arrays: One array a feature of users.
        item_arrays: One array a feature of items.
        training: The interactions to train on.
        validation: The interactions to measure each epoch by.
    """

    users: FeatureEncoder
    items: FeatureEncoder
    user_ids: np.ndarray
    item_ids: np.ndarray
    user_arrays: list[np.ndarray]
    item_arrays: list[np.ndarray]
    training: Interactions
    validation: Interactions

    @property
    def item_counts(self) -> np.ndarray:
        """How many of the interactions to train on each item has, int32[items]."""
        return np.bincount(self.training.items, minlength=len(self.item_ids)).astype(np.int32)

    def known(self) -> dict[str, dict[str, np.ndarray]]:
        """For `user` and `item` the ids as `ids`, and the arrays as `0`, `1`, ... in the features' order."""
        sides = {"user": (self.user_ids, self.user_arrays), "item": (self.item_ids, self.item_arrays)}
        return {
            side: {"ids": ids, **{str(number): array for number, array in enumerate(arrays)}}
            for side, (ids, arrays) in sides.items()
        }


@timed("features")
def encode(
    dataset: Dataset, split: TrainingSplit, features: Features, kept: Mapping[str, Mapping[str, State]] | None = None
) -> Examples:
    """Fits the features, and encodes all users and items by them.

    The ids of users whose training interactions show a choice are known, and those of all items but the split's new
    ones. `kept` are, for `user` and `item`, states of columns that are not fitted.

    Raises:
        DeclarationError: features name columns that the users or the items do not have.
    """
    feedback = dataset.schema.feedback
    training = _of_users_who_choose(split.training, feedback.lowest)
    if feedback.half_life is None:  # nothing reads the times, which take most memory of the columns
        training = replace(training, times=np.broadcast_to(np.int64(0), len(training)))
    people = _with_histories(dataset, training, features)
    known_items = dataset.items.drop(dataset.items.index[split.new_items])
    user_ids = set(dataset.user_ids[np.unique(training.users)].tolist())
    item_ids, kept = set(known_items[dataset.schema.items.id].tolist()), kept or {}
    users = FeatureEncoder.fit(features.user, people, user_ids, "features.user", kept.get("user"))
    items = FeatureEncoder.fit(features.item, known_items, item_ids, "features.item", kept.get("item"))
    return Examples(
        users,
        items,
        dataset.user_ids.astype(str),
        dataset.item_ids.astype(str),
        users.encode_table(people),
        items.encode_table(dataset.items),
        training,
        split.validation,
    )


def _of_users_who_choose(training: Interactions, lowest: float) -> Interactions:
    """Without users who have no value from `lowest` up: nothing shows what they pick. All where no user has one."""
    chooses = np.bincount(training.users, training.values >= lowest) > 0
    kept = chooses[training.users]
    return training if kept.all() or not kept.any() else training.take(kept)


def _with_histories(dataset: Dataset, training: Interactions, features: Features) -> pd.DataFrame:
    """The users' table with a column for each history feature: the liked items of the training part, best last."""
    columns = [feature.column for feature in features.user if feature.is_history]
    if not columns:
        return dataset.users
    feedback = dataset.schema.feedback
    liked = decayed(training, feedback.half_life).take(training.values >= feedback.liked)
    liked = liked.take(np.lexsort((liked.values, liked.users)))
    ends = np.searchsorted(liked.users, np.arange(1, len(dataset.users)))
    histories = np.empty(len(dataset.users), dtype=object)
    for row, items in enumerate(np.split(dataset.item_ids[liked.items], ends)):
        histories[row] = items
    return dataset.users.assign(**dict.fromkeys(columns, histories))
