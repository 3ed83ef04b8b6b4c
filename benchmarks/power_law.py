"""Any number of interactions from a seeded generator: few users and items have most of them, and taste is planted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

CHUNK = 1_000_000
"""Interactions, about, that are generated at once."""

KINDS = 16
"""Users and items are of so many kinds; half of a user's items are of the user's kind."""

FEWEST = 20
"""The fewest interactions of a user, about, as in MovieLens."""


@dataclass(frozen=True)
class Shape:
    """How many users, items and interactions there are."""

    users: int
    items: int
    interactions: int


def interactions(shape: Shape, seed: int = 42) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Users int64, items int64, ratings float32 of half stars from 0.5 to 5 and times int64, in chunks, by users.

    No user has an item twice. Numbers of users and items begin with 0; the last users may have no interaction where
    chance gave the others more.
    """
    counts, weights = _counts(shape, seed), 1 / (np.arange(shape.items) + 20.0)
    cumulative = np.cumsum(weights) / weights.sum()
    left, edges = shape.interactions, np.searchsorted(np.cumsum(counts), np.arange(0, counts.sum() + CHUNK, CHUNK))
    for first, last in pairwise(edges):
        rng = np.random.default_rng([seed, 1, first])
        cells = _cells(np.arange(first, last), counts[first:last], cumulative, rng)[:left]
        left -= len(cells)
        users, items = np.divmod(cells, shape.items)
        yield users, items, _ratings(users, items, seed, rng), rng.integers(1_000_000_000, 1_500_000_000, len(cells))


def _counts(shape: Shape, seed: int) -> np.ndarray:
    """How many items each user draws: a log-normal number, some of which are drawn twice."""
    raw = np.random.default_rng([seed, 0]).lognormal(0, 1.1, shape.users)
    mean = 1.12 * shape.interactions / shape.users
    return np.minimum(FEWEST + raw * max(0.0, mean - FEWEST) / raw.mean(), shape.items / 4).astype(np.int64)


def _cells(users: np.ndarray, counts: np.ndarray, cumulative: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Distinct flat indices into the matrix of all users and items, ascending."""
    items, each = len(cumulative), np.repeat(users, counts)
    drawn = np.minimum(np.searchsorted(cumulative, rng.random(len(each))), items - 1)
    of_kind = np.minimum(drawn - drawn % KINDS + each % KINDS, items - 1)
    return np.unique(each * items + np.where(rng.random(len(each)) < 0.5, of_kind, drawn))


def _ratings(users: np.ndarray, items: np.ndarray, seed: int, rng: np.random.Generator) -> np.ndarray:
    """3.5, how the user and the item differ from others, a point more for items of the user's kind, and noise."""
    own = [np.random.default_rng([seed, 2, part]).normal(0, 0.4, 4096).astype(np.float32) for part in range(2)]
    mean = 3.2 + own[0][users % 4096] + own[1][items % 4096] + (users % KINDS == items % KINDS)
    noisy = mean + rng.normal(0, 0.6, len(users))
    return (np.clip(np.rint(2 * noisy), 1, 10) / 2).astype(np.float32)
