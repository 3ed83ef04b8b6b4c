"""A Milvus Lite file to try index types in, and searches with a clock beside them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.milvus.lite_service import end_service, start_service
from towhee_recsys.stores.vectors.milvus.store import create, nearest, upsert
from towhee_recsys.stores.vectors.milvus.types import IndexType, index_type

TIMEOUT = 300.0
"""Seconds for one call: an index over many vectors takes long to build."""

CHUNK = 1000
"""Vectors that are written at a time."""

Search = Callable[[np.ndarray], list[int]]
"""The ids of the items nearest to float32[dim]."""


@contextmanager
def trial_file() -> Iterator[Milvus]:
    """A Milvus Lite file that is gone afterwards. Raises StoreError where it cannot be opened."""
    from pymilvus import MilvusClient, MilvusException

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "trial.db"
        start_service(file)
        try:
            client = MilvusClient(str(file), timeout=TIMEOUT)
        except (MilvusException, OSError) as error:
            raise StoreError(f"no Milvus Lite file can be opened in {folder}: {error}") from error
        try:
            yield Milvus(client, TIMEOUT, lite=True, where=str(file))
        finally:
            client.close()
            end_service(file)


def build(milvus: Milvus, name: str, settings: Mapping[str, Any], ids: Sequence[int], vectors: np.ndarray) -> IndexType:
    """A collection called `name` of unit vectors float32[n, dim] by id, and the type of its index, by `settings`."""
    index = index_type(milvus, settings)
    create(milvus, name, vectors.shape[1], index)
    for first in range(0, len(ids), CHUNK):
        upsert(milvus, name, ids[first : first + CHUNK], vectors[first : first + CHUNK])
    return index


def searching(milvus: Milvus, name: str, length: int, index: IndexType) -> Search:
    """Searches in the collection called `name`, for `length` items each."""
    return lambda vector: [row["id"] for row in nearest(milvus, name, vector[None], length, index)[0]]


def timed(search: Search, users: np.ndarray) -> tuple[list[list[int]], np.ndarray]:
    """What `search` finds for each of `users`, one at a time, and the milliseconds that it takes, float64[n]."""
    found, took = [], []
    search(users[0])  # the first one opens what the others find open
    for vector in users:
        began = time.perf_counter()
        found.append(search(vector))
        took.append(1000 * (time.perf_counter() - began))
    return found, np.array(took)
