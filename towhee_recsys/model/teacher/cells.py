"""The ratings as sparse matrices, cut into parts that threads work on side by side."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.in_parts import PARTS

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

CHUNK = 8192
"""The least number of users whose moments are in memory at a time, where there are as many."""

ROW_COST = 200
"""The work for a row itself, in ratings: parts of equal work end at the same time."""


@dataclass(frozen=True, eq=False)
class Cells:
    """The ratings of some rows; rows are users and columns items, or the other way round.

    Attributes:
        rows: Which rows of all.
        ratings: float32[rows, columns], standardised; the sum where a cell has several.
        counts: float32[rows, columns], the number of ratings, of the same structure.
    """

    rows: slice
    ratings: csr_matrix
    counts: csr_matrix


@dataclass(frozen=True, eq=False)
class Chunk:
    """The ratings of some users, twice: in parts by user with all items, and in parts by item with these users."""

    users: slice
    by_user: list[Cells]
    by_item: list[Cells]


def chunks(interactions: Interactions, ratings: np.ndarray, users: int, items: int) -> list[Chunk]:
    """The standardised `ratings` float32[k] of `interactions` in chunks of users; the cuts depend on the data alone."""
    from scipy.sparse import csr_matrix

    pairs = interactions.users, interactions.items
    summed = csr_matrix((ratings, pairs), shape=(users, items))
    counted = csr_matrix((np.ones_like(ratings), pairs), shape=(users, items))
    item_bounds = _bounds(np.bincount(interactions.items, minlength=items))
    size = max(CHUNK, items)
    found = []
    for first in range(0, users, size):
        chosen = slice(first, min(first + size, users))
        own, count = summed[chosen], counted[chosen]
        by_user = _parts(own, count, _bounds(np.diff(own.indptr)), first)
        found.append(Chunk(chosen, by_user, _parts(own.T.tocsr(), count.T.tocsr(), item_bounds)))
    return found


def _bounds(counts: np.ndarray) -> list[int]:
    """Where to cut rows with these `counts` of ratings into at most `PARTS` parts of about the same work."""
    work = np.cumsum(counts + ROW_COST)
    cuts = np.searchsorted(work, work[-1] * np.arange(1, PARTS) / PARTS)
    return np.unique([0, *cuts, len(counts)]).tolist()


def _parts(ratings: csr_matrix, counts: csr_matrix, bounds: list[int], first: int = 0) -> list[Cells]:
    return [Cells(slice(first + a, first + b), ratings[a:b], counts[a:b]) for a, b in pairwise(bounds)]
