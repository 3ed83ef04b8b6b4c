"""The checks of a build before it goes live."""

from __future__ import annotations

from random import Random

import numpy as np

from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.stores.vectors.index_types import EXACT, index_type
from towhee_recsys.stores.vectors.protocol import VectorStore
from towhee_recsys.stores.vectors.records import IndexRecord
from towhee_recsys.stores.vectors.rows import differing_hashes

SAMPLE = 256
"""Items that are read back and searched; in a larger build, so many are drawn by chance."""

COMPARED, AT_LEAST = 2**19, 16
"""Where every search compares all rows: rows that searches compare at most, and searches that are made at least."""

FOUND = 0.98
"""The share of items that must find themselves where the type of index is not exact."""

CURE = "The live index is as it was; index again."
"""How each of these messages ends."""


def verify(store: VectorStore, record: IndexRecord, ids: np.ndarray, written: np.ndarray) -> None:
    """Checks that the build matches `record` and holds what was written: the rows of `ids` with hashes uint64[n].

    Rows are counted. An item must find itself, or its equal: a search for its own vector gives a cosine of 1. Up to 256
    items are all read back and searched; of more, 256 drawn by chance, which costs the same for a million. Likely
    faults, such as rows mixed up, another metric or a part that is not searched, affect many rows, and a fault in 2 of
    100 rows is missed once in 170 times. Where a search compares all rows, fewer are made in a large build.

    Raises:
        IndexMismatchError: something is not as it was written.
        StoreError: the store fails.
    """
    must_be_whole(store, record)
    if not len(ids):
        return
    drawn = sorted(Random(record.build).sample(range(len(ids)), min(len(ids), SAMPLE)))
    held = store.rows(record.build, ids[drawn])
    if len(wrong := differing_hashes(ids[drawn], written[drawn], held)):
        item = ids[drawn][wrong[0]]
        raise IndexMismatchError(f"{record.build}: item {item} reads other than it was written. {CURE}")
    exact = record.index == EXACT.type
    searched = held.vectors[: max(AT_LEAST, COMPARED // record.rows)] if exact else held.vectors
    lost = _lost(store, record, searched)
    if lost > (0 if exact else (1 - FOUND) * len(searched)):
        raise IndexMismatchError(f"{record.build}: {lost} of {len(searched)} items do not find themselves. {CURE}")


def must_be_whole(store: VectorStore, record: IndexRecord, cure: str = CURE) -> None:
    """Checks that the build has the dim, the metric and the number of rows of `record`; messages end with `cure`.

    Raises:
        IndexMismatchError: it has others, or is gone.
        StoreError: the store fails.
    """
    if not store.exists(record.build):
        raise IndexMismatchError(f"{record.build} of the index {record.collection!r} is gone. {cure}")
    found = store.describe(record.build)
    if (found.dim, found.metric) != (record.dim, record.metric):
        raise IndexMismatchError(
            f"the index {record.collection!r} has vectors of {found.dim} numbers and metric {found.metric}, "
            f"but {record.dim} and {record.metric} were recorded. {cure}"
        )
    rows = store.count(record.build)
    if rows != record.rows:
        raise IndexMismatchError(
            f"the index {record.collection!r} has {rows} rows, but {record.rows} were written. {cure}"
        )


def finds_itself(score: float | None, kind: str) -> bool:
    """Whether the best cosine of a search for an item's own vector, None without a hit, is its own or its equal's.

    `kind` is the type of the index: one that stores a number in a byte is less exact.
    """
    return score is not None and abs(score - 1) <= (1e-2 if "SQ8" in kind else 1e-4)


def _lost(store: VectorStore, record: IndexRecord, vectors: np.ndarray) -> int:
    """How many of the vectors float32[n, dim] do not find a vector of their own direction in the build."""
    found = store.search(record.build, vectors, 1, index_type(store, {"type": record.index}), latest=True)
    scores = [hits[0][1] if hits else None for hits in found]
    return sum(not finds_itself(score, record.index) for score in scores)
