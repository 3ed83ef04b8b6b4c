"""Vectors of a build that searches have read."""

from __future__ import annotations

import time
from collections.abc import Collection
from itertools import islice

import numpy as np

from towhee_recsys.stores.vectors.protocol import VectorStore
from towhee_recsys.stores.vectors.records import IndexRecord
from towhee_recsys.stores.vectors.rows import Id
from towhee_recsys.support.forks import new_lock

CACHE_BYTES = 64 * 2**20
"""Bytes of vectors that are kept of a build: those of 65,536 items with 256 numbers."""

LAG = 1.0
"""Seconds for which a shared store may return rows older than the record that it has already returned."""


class VectorCache:
    """Vectors of a build that searches have read, for as long as its record is the same. Safe under threads."""

    def __init__(self, store: VectorStore, record: IndexRecord):
        self.store, self.build = store, record.build
        self._settled = time.monotonic() + (LAG if store.shared else 0)
        self._most = max(1, CACHE_BYTES // (4 * record.dim))
        self._kept: dict[Id, np.ndarray] = {}
        self._keeping = new_lock()

    def __len__(self) -> int:
        return len(self._kept)

    def vectors(self, ids: Collection[Id]) -> dict[Id, np.ndarray]:
        """The vectors float32[dim] of those of `ids` that are there; only new ones are read.

        Raises:
            StoreError: the store fails.
        """
        kept = self._kept
        known = {key: kept[key] for key in ids if key in kept}
        if len(known) < len(ids):
            settled = time.monotonic() >= self._settled
            rows = self.store.rows(self.build, [key for key in ids if key not in known], latest=False)
            read = dict(zip(rows.ids.tolist(), rows.vectors, strict=True))
            if settled:
                self._keep(read)
            known |= read
        return known

    def _keep(self, read: dict[Id, np.ndarray]) -> None:
        with self._keeping:
            if len(self._kept) + len(read) > self._most:
                self._kept = {}  # a new one: another thread may be reading the old
            self._kept.update(islice(read.items(), self._most))
