"""Interactions as arrays: row numbers among the dataset's users and items instead of ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.data.dataset import Dataset
from towhee_recsys.data.items import Id

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, eq=False)
class Interactions:
    """Interactions as arrays of one length: rows of users and items int64, values float32.

    A value is a rating, or the weight of implicit feedback.
    """

    users: np.ndarray
    items: np.ndarray
    values: np.ndarray

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: np.ndarray) -> Interactions:
        """The interactions at `rows` (positions or a mask), sorted by user."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        rows = rows[np.argsort(self.users[rows], kind="stable")]
        return Interactions(self.users[rows], self.items[rows], self.values[rows])

    def matrix(self, users: int, items: int) -> csr_matrix:
        """The values as float32[users, items], stored where there is an interaction."""
        from scipy.sparse import csr_matrix

        return csr_matrix((self.values, (self.users, self.items)), shape=(users, items))


def all_interactions(dataset: Dataset) -> Interactions:
    """All interactions of `dataset`, in its order: rows are those of its tables of users and items."""
    import pandas as pd

    users, items, table = pd.Index(dataset.user_ids), pd.Index(dataset.item_ids), dataset.interactions
    return Interactions(
        users.get_indexer(table["user"]), items.get_indexer(table["item"]), table["value"].to_numpy(np.float32)
    )


def items_by_user(dataset: Dataset, interactions: Interactions) -> Iterator[tuple[Id, list[Id]]]:
    """Each user who has `interactions`, with the distinct items of these: ids, in the order of the dataset's tables.

    `interactions` are some or all of those of `dataset`.
    """
    order = np.lexsort((interactions.items, interactions.users))
    users, items = interactions.users[order], interactions.items[order]
    new_user = np.diff(users, prepend=-1) != 0
    distinct = new_user | (np.diff(items, prepend=-1) != 0)
    users, items, starts = users[distinct], items[distinct], np.flatnonzero(new_user[distinct])
    ids = dataset.item_ids[items]
    owners = dataset.user_ids[users[starts]].tolist()
    for user, (start, stop) in zip(owners, pairwise([*starts.tolist(), len(ids)]), strict=True):
        yield user, ids[start:stop].tolist()
