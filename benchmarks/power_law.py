"""Any number of interactions from a seeded generator: few users and items have most of them, and taste is planted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

CHUNK = 1_000_000
"""Interactions, about, that are generated at once."""

KINDS = 16
"""Users and items are of so many kinds; half of what a user draws is of the user's kind."""

FEWEST = 20
"""About the fewest interactions of a user, as in MovieLens."""

HEAD = 20.0
"""The popularity of an item falls as 1 / (its rank + HEAD)."""


@dataclass(frozen=True)
class Shape:
    """How many users, items and interactions there are."""

    users: int
    items: int
    interactions: int


def interactions(shape: Shape, seed: int = 42) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Users int64, items int64, ratings float32 of half points from 0.5 to 5 and times int64, in chunks, by users.

    No user has an item twice. Users and items are numbered from 0.
    """
    popularity = 1 / (np.arange(shape.items) + HEAD)
    popularity /= popularity.sum()
    counts, left = _counts(shape, popularity, seed), shape.interactions
    edges = np.searchsorted(np.cumsum(counts), np.arange(0, counts.sum() + CHUNK, CHUNK))
    for first, last in pairwise(edges):
        rng = np.random.default_rng([seed, 1, first])
        cells = _cells(np.arange(first, last), counts[first:last], np.cumsum(popularity), rng)[:left]
        left -= len(cells)
        users, items = np.divmod(cells, shape.items)
        yield users, items, _ratings(users, items, seed, rng), rng.integers(1_000_000_000, 1_500_000_000, len(cells))


def _counts(shape: Shape, popularity: np.ndarray, seed: int) -> np.ndarray:
    """How often each user draws an item, log-normal: so often that as many as wanted, and a hundredth, are distinct."""
    spread = np.random.default_rng([seed, 0]).lognormal(0, 1.1, shape.users)
    grid = np.geomspace(1, 8 * shape.items, 64)
    chance = popularity / 2
    chance[::KINDS] += np.add.reduceat(popularity, np.arange(0, shape.items, KINDS)) / 2
    distinct = [-np.expm1(draws * np.log1p(-chance)).sum() for draws in grid]
    low, high = 0.0, float(shape.items)
    for _ in range(40):
        counts = FEWEST + (low + high) / 2 * spread
        enough = np.interp(counts, grid, distinct).sum() > 1.01 * shape.interactions
        low, high = (low, (low + high) / 2) if enough else ((low + high) / 2, high)
    return counts.astype(np.int64)


def _cells(users: np.ndarray, counts: np.ndarray, cumulative: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Distinct flat indices into the matrix of all users and items, ascending."""
    items, each = len(cumulative), np.repeat(users, counts)
    drawn = np.minimum(np.searchsorted(cumulative, rng.random(len(each))), items - 1)
    of_kind = np.minimum(drawn - drawn % KINDS + each % KINDS, items - 1)
    return np.unique(each * items + np.where(rng.random(len(each)) < 0.5, of_kind, drawn))


def _ratings(users: np.ndarray, items: np.ndarray, seed: int, rng: np.random.Generator) -> np.ndarray:
    """How users and items differ from the mean, a point more for items of the user's kind, and noise."""
    own = [np.random.default_rng([seed, 2, part]).normal(0, 0.4, 4096).astype(np.float32) for part in range(2)]
    mean = 3.2 + own[0][users % 4096] + own[1][items % 4096] + (users % KINDS == items % KINDS)
    noisy = mean + rng.normal(0, 0.6, len(users))
    return (np.clip(np.rint(2 * noisy), 1, 10) / 2).astype(np.float32)


def write_tables(folder: Path, shape: Shape, seed: int = 42) -> None:
    """Writes `interactions.csv` (user, item, rating, time), `users.csv` (user, age), `items.csv` (item, title, tags).

    The titles are of three words, the tags two of eighteen, drawn by `seed`.
    """
    import pandas as pd

    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([seed, 3])
    users = pd.DataFrame({"user": np.arange(shape.users), "age": rng.integers(0, 7, shape.users)})
    words = np.minimum(rng.pareto(1, (shape.items, 3)) * 20, 4999).astype(np.int64).tolist()
    titles = [" ".join(f"w{word}" for word in each) for each in words]
    tags = [f"t{first}|t{second}" for first, second in rng.integers(0, 18, (shape.items, 2)).tolist()]
    items = pd.DataFrame({"item": np.arange(shape.items), "title": titles, "tags": tags})
    users.to_csv(folder / "users.csv", index=False)
    items.to_csv(folder / "items.csv", index=False)
    _write_interactions(folder / "interactions.csv", shape, seed)


def _write_interactions(file: Path, shape: Shape, seed: int) -> None:
    import pyarrow as pa
    from pyarrow.csv import CSVWriter

    schema = pa.schema({"user": pa.int64(), "item": pa.int64(), "rating": pa.float32(), "time": pa.int64()})
    with CSVWriter(str(file), schema) as out:
        for chunk in interactions(shape, seed):
            out.write_batch(pa.record_batch(list(chunk), schema=schema))
