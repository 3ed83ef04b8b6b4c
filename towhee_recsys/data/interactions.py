"""Ratings as arrays: places among the dataset's users and items instead of ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.data.dataset import Dataset

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, eq=False)
class Ratings:
    """Ratings as arrays of one length: places of users and items int64, stars float32; sorted by user."""

    users: np.ndarray
    items: np.ndarray
    stars: np.ndarray

    def __len__(self) -> int:
        return len(self.stars)

    def take(self, rows: np.ndarray) -> Ratings:
        """The ratings at `rows` (places or a mask), sorted by user."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        rows = rows[np.argsort(self.users[rows], kind="stable")]
        return Ratings(self.users[rows], self.items[rows], self.stars[rows])

    def matrix(self, users: int, items: int) -> csr_matrix:
        """The stars as float32[users, items], stored where there is a rating."""
        from scipy.sparse import csr_matrix

        return csr_matrix((self.stars, (self.users, self.items)), shape=(users, items))


def lowest_liked(scale: tuple[float, float]) -> float:
    """The lowest rating of a scale, lowest and highest, that shows liking: at three quarters of it, 4 of 1 to 5."""
    lowest, highest = scale
    return lowest + 0.75 * (highest - lowest)


def placed(dataset: Dataset) -> Ratings:
    """All ratings of `dataset`, in its order: places are lines of its tables of users and items."""
    import pandas as pd

    users, items = pd.Index(dataset.users["user_id"]), pd.Index(dataset.items["movie_id"])
    return Ratings(
        users.get_indexer(dataset.ratings["user_id"]),
        items.get_indexer(dataset.ratings["movie_id"]),
        dataset.ratings["rating"].to_numpy(np.float32),
    )
