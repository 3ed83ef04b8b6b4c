"""What training reads: each user's and each movie's arrays once, and the ratings as pairs of places among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from towhee_recsys.config import Config
from towhee_recsys.datasets import Dataset
from towhee_recsys.features import Side


@dataclass(frozen=True)
class Ratings:
    """Ratings as arrays of one length: places of users and movies int64, stars float32; sorted by user."""

    users: np.ndarray
    movies: np.ndarray
    stars: np.ndarray

    def __len__(self) -> int:
        return len(self.stars)

    def take(self, rows: np.ndarray) -> Ratings:
        """The ratings at `rows`, sorted by user."""
        rows = rows[np.argsort(self.users[rows], kind="stable")]
        return Ratings(self.users[rows], self.movies[rows], self.stars[rows])


@dataclass(frozen=True)
class Examples:
    """Both sides with their arrays, one line a user or movie in the order of the dataset's tables."""

    users: Side
    movies: Side
    user_ids: np.ndarray
    movie_ids: np.ndarray
    user_arrays: list[np.ndarray]
    movie_arrays: list[np.ndarray]
    training: Ratings
    validation: Ratings
    test: Ratings

    def known(self) -> dict[str, dict[str, np.ndarray]]:
        """For each side the records' ids as `ids`, text, and their arrays as `0`, `1`, ... in the features' order."""
        sides = {"user": (self.user_ids, self.user_arrays), "movie": (self.movie_ids, self.movie_arrays)}
        return {
            side: {"ids": ids, **{str(place): array for place, array in enumerate(arrays)}}
            for side, (ids, arrays) in sides.items()
        }


def make_examples(config: Config, dataset: Dataset) -> Examples:
    """Splits the ratings by seed and fits the features; ids are known where training rates them."""
    from towhee_recsys.datasets import split_ratings

    split = split_ratings(len(dataset.ratings), config.training.validation, config.training.test, config.seed)
    ratings = dataset.ratings.iloc[split.train]
    users = Side.fit(config.features.user, dataset.users, set(ratings["user_id"]))
    movies = Side.fit(config.features.movie, dataset.movies, set(ratings["movie_id"]))
    everything = _placed(dataset)
    return Examples(
        users,
        movies,
        dataset.users["user_id"].to_numpy().astype(str),
        dataset.movies["movie_id"].to_numpy().astype(str),
        users.encode(records(dataset.users)),
        movies.encode(records(dataset.movies)),
        everything.take(split.train),
        everything.take(split.validation),
        everything.take(split.test),
    )


def records(table: Any) -> list[dict[str, Any]]:
    """The lines of a frame as records; what is missing is None."""
    table = table.astype(object)
    return table.where(table.notna(), None).to_dict("records")


def blocks(ratings: Ratings, users: int, size: int, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, Ratings]]:
    """Random blocks of `size` users with all their ratings, in which users count from 0 within the block.

    A block costs each of its users and movies one pass through a tower, however many ratings it has.
    """
    starts = np.searchsorted(ratings.users, np.arange(users + 1))
    order = rng.permutation(np.flatnonzero(np.diff(starts)))
    for first in range(0, len(order), size):
        block = order[first : first + size]
        counts = starts[block + 1] - starts[block]
        rows = np.concatenate([np.arange(starts[user], starts[user + 1]) for user in block])
        yield block, Ratings(np.repeat(np.arange(len(block)), counts), ratings.movies[rows], ratings.stars[rows])


def _placed(dataset: Dataset) -> Ratings:
    import pandas as pd

    users, movies = pd.Index(dataset.users["user_id"]), pd.Index(dataset.movies["movie_id"])
    return Ratings(
        users.get_indexer(dataset.ratings["user_id"]),
        movies.get_indexer(dataset.ratings["movie_id"]),
        dataset.ratings["rating"].to_numpy(np.float32),
    )
