"""Interactions as arrays: row numbers among the dataset's users and items instead of ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from towhee_recsys.data.items import Id

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_matrix

    from towhee_recsys.data.dataset import Dataset


PARTS = TRAIN, VALIDATION, TEST = range(3)
"""What an interaction is for where the data come split."""


@dataclass(frozen=True, eq=False)
class Interactions:
    """Interactions as arrays of one length.

    Attributes:
        users: int32[n], rows of the dataset's table of users.
        items: int32[n], rows of the dataset's table of items.
        values: float32[n], each a rating, or a weight of implicit feedback.
        times: int64[n], seconds since 1970 (UTC); 0 where there is none.
        parts: int8[n], one of `PARTS` each, where the data come split; else None.
    """

    users: np.ndarray
    items: np.ndarray
    values: np.ndarray
    times: np.ndarray
    parts: np.ndarray | None = None

    @classmethod
    def of(cls, users: ArrayLike, items: ArrayLike, values: ArrayLike, times: ArrayLike | None = None) -> Interactions:
        """Interactions of numbers of any type, which are converted; without `times` all have the time 0."""
        numbers = np.asarray(values, dtype=np.float32)
        return cls(
            np.asarray(users, dtype=np.int32),
            np.asarray(items, dtype=np.int32),
            numbers,
            np.zeros(len(numbers), dtype=np.int64) if times is None else np.asarray(times, dtype=np.int64),
        )

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: np.ndarray) -> Interactions:
        """The interactions at `rows` (positions or a mask), sorted by user."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        return self.at(rows[np.argsort(self.users[rows], kind="stable")])

    def at(self, rows: np.ndarray) -> Interactions:
        """The interactions at `rows` (positions or a mask), in that order."""
        parts = None if self.parts is None else self.parts[rows]
        return Interactions(self.users[rows], self.items[rows], self.values[rows], self.times[rows], parts)

    def matrix(self, users: int, items: int) -> csr_matrix:
        """The values as float32[users, items], stored where there is an interaction."""
        from scipy.sparse import csr_matrix

        return csr_matrix((self.values, (self.users, self.items)), shape=(users, items))

    def marks(self, users: int, items: int) -> csr_matrix:
        """Where there is an interaction, whatever its value: bool[users, items]."""
        from scipy.sparse import csr_matrix

        return csr_matrix((np.ones(len(self), dtype=bool), (self.users, self.items)), shape=(users, items))


def interactions_frame(dataset: Dataset) -> pd.DataFrame:
    """The interactions as a frame with ids: `user`, `item`, `value` (float32) and `time` (int64), in their order."""
    import pandas as pd

    given = dataset.interactions
    users, items = dataset.user_ids[given.users], dataset.item_ids[given.items]
    return pd.DataFrame({"user": users, "item": items, "value": given.values, "time": given.times})


def items_by_user(dataset: Dataset, interactions: Interactions) -> Iterator[tuple[Id, list[Id]]]:
    """Each user who has `interactions`, with the distinct items of these: ids, in the order of the dataset's tables.

    `interactions` are some or all of those of `dataset`.
    """
    order = np.lexsort((interactions.items, interactions.users))
    users, items = interactions.users[order], interactions.items[order]
    new_user = np.diff(users, prepend=-1) != 0
    distinct = new_user | (np.diff(items, prepend=-1) != 0)
    users, items, starts = users[distinct], items[distinct], np.flatnonzero(new_user[distinct])
    item_ids, owners = dataset.item_ids, dataset.user_ids[users[starts]].tolist()
    for user, (start, stop) in zip(owners, pairwise([*starts.tolist(), len(items)]), strict=True):
        yield user, item_ids[items[start:stop]].tolist()
