"""Builds with an index type to try, and timed searches in them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from towhee_recsys.config.milvus import IndexType
from towhee_recsys.stores.vectors import Id, Layout, Rows, VectorStore, id_array, id_type_of, index_type

CHUNK = 1000
"""Vectors that are written at a time."""

Search = Callable[[np.ndarray], list[Id]]
"""The ids of the items nearest to float32[dim]."""


def build(
    store: VectorStore, name: str, settings: Mapping[str, Any], ids: Sequence[Id], vectors: np.ndarray
) -> IndexType:
    """A build called `name` of unit vectors float32[n, dim] by id, and the type of its index, by `settings`."""
    index = index_type(store, settings)
    store.create(name, Layout(vectors.shape[1], id_type_of(ids), index=index))
    for first in range(0, len(ids), CHUNK):
        part = slice(first, first + CHUNK)
        store.upsert(name, Rows(id_array(ids[part], id_type_of(ids)), vectors[part]))
    return index


def searching(store: VectorStore, name: str, length: int, index: IndexType) -> Search:
    """Searches in the build called `name`, for `length` items each."""
    return lambda vector: [key for key, _ in store.search(name, vector[None], length, index)[0]]


def timed(search: Search, users: np.ndarray) -> tuple[list[list[Id]], np.ndarray]:
    """What `search` finds for each of `users`, one at a time, and the milliseconds that it takes, float64[n]."""
    found, took = [], []
    search(users[0])  # the first one opens what the others find open
    for vector in users:
        began = time.perf_counter()
        found.append(search(vector))
        took.append(1000 * (time.perf_counter() - began))
    return found, np.array(took)
