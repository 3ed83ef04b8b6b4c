"""Users, items and ratings: found or downloaded, read, checked line by line, and split."""

from __future__ import annotations

from towhee_recsys.data.dataset import Dataset, fingerprint, iter_movies, read_dataset, read_movies
from towhee_recsys.data.sources.movielens.download import ensure_dataset

__all__ = [
    "Dataset",
    "ensure_dataset",
    "fingerprint",
    "iter_movies",
    "read_dataset",
    "read_movies",
]
