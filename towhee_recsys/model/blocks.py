"""The input of one step: a block of users with all their training interactions, and the items to score for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from towhee_recsys.data.interactions import Interactions


@dataclass(frozen=True, eq=False)
class Block:
    """Some users, some items, and the users' interactions as cells of the n x c matrix of both.

    Attributes:
        users: int64[n], rows of users.
        items: int64[c], rows of items.
        rows: The interactions' rows among all training interactions.
        cells: The interactions' flat indices into the matrix.
        log_q: float32[c], the logarithm of how likely each item was to be in the block; None where all items are.
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
    """Random blocks of `batch_size` users. A block costs each user and each item one pass through a tower.

    Items without interactions are in no block: a lack of interactions does not show that they are disliked. Where there
    are more than `sampled_items` others, a block scores those of its users and a random `sampled_items` of all. Each is
    then corrected for how likely it was to be drawn: sampled softmax with the logQ correction of Bengio & Senécal 2008
    (doi:10.1109/TNN.2007.912312) and Yi et al. 2019 (doi:10.1145/3298689.3346996).
    """

    def __init__(self, interactions: Interactions, users: int, batch_size: int, sampled_items: int):
        self._batch_size, self._sampled_items = batch_size, sampled_items
        counts = np.bincount(interactions.items)
        self._items, self._counts = np.flatnonzero(counts), counts[counts > 0]
        columns = np.cumsum(counts > 0, dtype=np.int32) - np.int32(1)
        self._columns = columns[interactions.items]
        self._starts = np.searchsorted(interactions.users, np.arange(users + 1, dtype=interactions.users.dtype))
        self.active = np.flatnonzero(np.diff(self._starts))
        self.count = -(-len(self.active) // batch_size)
        self._log_q = self._log_likelihood() if len(self._items) > sampled_items else None

    def __call__(self, rng: np.random.Generator) -> Iterator[Block]:
        """One epoch: each user with interactions is in one block."""
        order = rng.permutation(self.active)
        for first in range(0, len(order), self._batch_size):
            yield self._block(order[first : first + self._batch_size], rng)

    def _block(self, users: np.ndarray, rng: np.random.Generator) -> Block:
        counts = self._starts[users + 1] - self._starts[users]
        rows = np.repeat(self._starts[users] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        own, drawn = self._columns[rows], np.arange(len(self._items))
        if len(drawn) > self._sampled_items:
            sample = rng.choice(len(drawn), self._sampled_items, replace=False, shuffle=False)
            drawn = np.union1d(own, sample)
            own = np.searchsorted(drawn, own)
        cells = np.repeat(np.arange(len(users)), counts) * len(drawn) + own
        return Block(users, self._items[drawn], rows, cells, None if self._log_q is None else self._log_q[drawn])

    def _log_likelihood(self) -> np.ndarray:
        """log of the probability that an item is in a block: one of its users is, or it is drawn."""
        no_user = (1 - min(1.0, self._batch_size / len(self.active))) ** self._counts
        return np.log(1 - no_user * (1 - self._sampled_items / len(self._items))).astype(np.float32)
