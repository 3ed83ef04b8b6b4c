"""What one step reads: a block of users with all their training ratings, and the items that they are scored with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from towhee_recsys.data.interactions import Interactions


@dataclass(frozen=True, eq=False)
class Block:
    """Users int64[n] and items int64[c] by their places, and the block's ratings as cells of the n x c matrix.

    `rows` are the ratings' places among all training ratings, `cells` their flat places in the matrix. `log_q`
    float32[c] is the logarithm of how likely each item was to be among the c; None where all items are.
    """

    users: np.ndarray
    items: np.ndarray
    rows: np.ndarray
    cells: np.ndarray
    log_q: np.ndarray | None

    def parts(self, count: int) -> list[Block]:
        """Up to `count` blocks of as equal numbers of its users, in their order, each with all of its items."""
        edges = np.unique(np.linspace(0, len(self.users), count + 1).astype(np.int64))
        first_cells = edges * len(self.items)
        starts = np.searchsorted(self.cells, first_cells)
        return [
            Block(
                self.users[edges[i] : edges[i + 1]],
                self.items,
                self.rows[starts[i] : starts[i + 1]],
                self.cells[starts[i] : starts[i + 1]] - first_cells[i],
                self.log_q,
            )
            for i in range(len(edges) - 1)
        ]


class Blocks:
    """Random blocks of `size` users. A block costs each user and each item one pass through a tower.

    Items that nobody rated are in none: what that says is no fault of their genres. Of more than `most` others a block
    scores those that its users rated and a random `most` of all. Each then stands for as many as it was likely to be
    drawn for: sampled softmax with the logQ correction of Bengio & Senécal 2008 (doi:10.1109/TNN.2007.912312) and
    Yi et al. 2019 (doi:10.1145/3298689.3346996).
    """

    def __init__(self, ratings: Interactions, users: int, size: int, most: int):
        self._ratings, self._size, self._most = ratings, size, most
        self._items, self._columns = np.unique(ratings.items, return_inverse=True)
        self._starts = np.searchsorted(ratings.users, np.arange(users + 1))
        self.active = np.flatnonzero(np.diff(self._starts))
        self.count = -(-len(self.active) // size)
        self._log_q = self._likelihood() if len(self._items) > most else None

    def __call__(self, rng: np.random.Generator) -> Iterator[Block]:
        """One epoch: each user with ratings is in one block."""
        order = rng.permutation(self.active)
        for first in range(0, len(order), self._size):
            yield self._block(order[first : first + self._size], rng)

    def _block(self, users: np.ndarray, rng: np.random.Generator) -> Block:
        counts = self._starts[users + 1] - self._starts[users]
        rows = np.repeat(self._starts[users] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        rated, drawn = self._columns[rows], np.arange(len(self._items))
        if len(drawn) > self._most:
            drawn = np.union1d(rated, rng.choice(len(drawn), self._most, replace=False, shuffle=False))
            rated = np.searchsorted(drawn, rated)
        cells = np.repeat(np.arange(len(users)), counts) * len(drawn) + rated
        return Block(users, self._items[drawn], rows, cells, None if self._log_q is None else self._log_q[drawn])

    def _likelihood(self) -> np.ndarray:
        """log of the chance that an item is in a block: one of its raters is, or it is drawn."""
        raters = np.bincount(self._columns)
        unrated = (1 - min(1.0, self._size / len(self.active))) ** raters
        return np.log(1 - unrated * (1 - self._most / len(raters))).astype(np.float32)
