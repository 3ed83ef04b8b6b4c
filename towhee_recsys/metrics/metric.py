"""The definition of a metric: name, title, the better direction, its input, and the function that computes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

Direction = Literal["higher", "lower", "none"]

CUTOFFS = (10, 20)
"""The lengths of lists that are measured."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric; of one with cutoffs there is a value for each, such as "ndcg@10" and "ndcg@20".

    Attributes:
        name: The name in JSON and in gates, such as "ndcg".
        title: The name in tables, such as "NDCG".
        direction: Whether higher or lower values are better; "none" where neither is.
        help: A sentence on its meaning, for glossaries.
        cutoffs: The lengths of lists that it is computed for, or the shares of intervals in percent; empty for a metric
            that has no cutoff.
        summary: Whether its first value is in the table that the commands print.
        tested: Whether differences of its first value are tested for significance.
    """

    name: str
    title: str
    direction: Direction
    help: str
    cutoffs: tuple[int, ...] = ()
    summary: bool = False
    tested: bool = False

    @property
    def columns(self) -> dict[str, str]:
        """The titles of its values by their names, such as {"ndcg@10": "NDCG@10", "ndcg@20": "NDCG@20"}."""
        return {f"{self.name}@{k}": f"{self.title}@{k}" for k in self.cutoffs} or {self.name: self.title}

    def best(self, values: Iterable[float]) -> float | None:
        """The best of `values`; None where there are none, or where no value is better than another."""
        if self.direction == "none":
            return None
        return (max if self.direction == "higher" else min)(values, default=None)


@dataclass(frozen=True, kw_only=True)
class RatingMetric(Metric):
    """A metric of predicted ratings: it exists where the dataset declares a rating scale.

    `compute(errors, users, n_users)` takes the errors float64[n], the row of each one's user int64[n] and the number
    of users. It gives float64[n_users], NaN for users without ratings: the metric is the mean of the others.
    """

    compute: Callable[[np.ndarray, np.ndarray, int], np.ndarray]


@dataclass(frozen=True, kw_only=True)
class IntervalMetric(Metric):
    """A metric of how sure predicted ratings are: it exists where a model knows it.

    `compute(errors, stds, cutoff)` takes the errors float64[n], their predicted standard deviations float64[n], and the
    cutoff, or 0. It gives float64[n], a value for each error: the metric is their mean.
    """

    compute: Callable[[np.ndarray, np.ndarray, int], np.ndarray]


OF_RATINGS = (RatingMetric, IntervalMetric)
"""The kinds of metrics of predicted ratings."""


@dataclass(frozen=True, kw_only=True)
class ListMetric(Metric):
    """A metric of each user's list: the value is the mean over users.

    `compute(hits, n_relevant, k)` takes which entries of the lists are relevant, bool[n, length], and how many
    relevant items each user has, int64[n], at least 1. It gives float64[n] for the first `k` entries.
    """

    compute: Callable[[np.ndarray, np.ndarray, int], np.ndarray]


@dataclass(frozen=True, eq=False)
class CandidateItems:
    """The items that lists are made of.

    Attributes:
        mask: bool[items], the items that may be in a list.
        popularity: float[items], how many users each item has in training.
        n_users: The number of users in training.
        vectors: float32[items, k] for some k, of length 1, or 0 for an item without users in training; their inner
            products are nearly the cosines of the items' users in training.
    """

    mask: np.ndarray
    popularity: np.ndarray
    n_users: int
    vectors: np.ndarray


@dataclass(frozen=True, kw_only=True)
class ExposureMetric(Metric):
    """A metric of all lists together: which items they show.

    `compute(lists, items)` takes rows of items, int64[n, k], where -1 is no item, and gives one number.
    """

    compute: Callable[[np.ndarray, CandidateItems], float]


@dataclass(frozen=True, kw_only=True)
class IndexMetric(Metric):
    """A metric of the vector index of a model: it exists once the model is indexed."""
