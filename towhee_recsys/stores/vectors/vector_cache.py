"""The items' vectors that searches have read, so that the next ones need not read them again."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from itertools import islice

import numpy as np

from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.milvus.store import vectors_of
from towhee_recsys.stores.vectors.records import IndexRecord

AT_MOST = 64 * 2**20
"""Bytes of vectors that are kept of a build: those of 65,536 items with 256 numbers. Then it begins anew."""

LAG = 1.0
"""Seconds for which a server may give rows as they were before the record that it gave already."""


class KnownVectors:
    """The vectors of a build as long as its record is the same: whatever changes a row changes that, too.

    Safe under threads.
    """

    def __init__(self, milvus: Milvus, record: IndexRecord):
        self._milvus, self._build = milvus, record.build
        self._sure = time.monotonic() + (0 if milvus.lite else LAG)
        self._most = max(1, AT_MOST // (4 * record.dim))
        self._kept: dict[int, np.ndarray] = {}
        self._keeping = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, ids: Collection[int]) -> dict[int, np.ndarray]:
        """The vectors float32[dim] of those of `ids` that are there; only new ones are read. Raises StoreError."""
        kept = self._kept
        known = {key: kept[key] for key in ids if key in kept}
        if len(known) < len(ids):
            sure = time.monotonic() >= self._sure
            read = vectors_of(self._milvus, self._build, sorted(key for key in ids if key not in known))
            if sure:
                self._keep(read)
            known |= read
        return known

    def _keep(self, read: dict[int, np.ndarray]) -> None:
        with self._keeping:
            if len(self._kept) + len(read) > self._most:
                self._kept = {}  # never emptied itself: another thread may be looking into it
            self._kept.update(islice(read.items(), self._most))
