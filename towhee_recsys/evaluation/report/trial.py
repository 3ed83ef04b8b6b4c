"""A Milvus Lite file to try index types in, and searches with a clock beside them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from towhee_recsys.errors import StoreError
from towhee_recsys.index.collection import nearest, upsert
from towhee_recsys.index.connection import TIMEOUT, milvus_errors

CHUNK = 1000
"""Vectors that are written at a time."""

Search = Callable[[np.ndarray], list[int]]
"""The ids of the movies nearest to float32[dim]."""


@contextmanager
def trial_file() -> Iterator[Any]:
    """The client of a Milvus Lite file that is gone afterwards. Raises StoreError where it cannot be opened."""
    from pymilvus import MilvusClient, MilvusException

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "trial.db"
        try:
            client = MilvusClient(str(file), timeout=TIMEOUT)
        except (MilvusException, OSError) as error:
            raise StoreError(f"no Milvus Lite file can be opened in {folder}: {error}") from error
        try:
            yield client
        finally:
            client.close()
            with suppress(ImportError):  # the service of Milvus Lite would stay as long as this process
                import_module("milvus_lite.server_manager").server_manager_instance.release_server(str(file))


def build(
    client: Any, name: str, kind: str, params: Mapping[str, int], ids: Sequence[int], vectors: np.ndarray
) -> None:
    """A collection called `name` of unit vectors float32[n, dim] by id, under an index of that kind."""
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("movie_id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
    index = client.prepare_index_params()
    index.add_index("vector", index_type=kind, metric_type="IP", params=dict(params))
    with milvus_errors(f"creating an index {kind}"):
        client.create_collection(name, schema=schema, timeout=TIMEOUT)
        client.create_index(name, index, sync=False, timeout=TIMEOUT)
        client.load_collection(name, timeout=TIMEOUT)
    for first in range(0, len(ids), CHUNK):
        upsert(client, name, ids[first : first + CHUNK], vectors[first : first + CHUNK])


def searching(client: Any, name: str, length: int) -> Search:
    """Searches in the collection called `name`, for `length` movies each."""
    return lambda vector: [row["id"] for row in nearest(client, name, vector[None], length)[0]]


def timed(search: Search, users: np.ndarray) -> tuple[list[list[int]], np.ndarray]:
    """What `search` finds for each of `users`, one at a time, and the milliseconds that it takes, float64[n]."""
    found, took = [], []
    search(users[0])  # the first one opens what the others find open
    for vector in users:
        began = time.perf_counter()
        found.append(search(vector))
        took.append(1000 * (time.perf_counter() - began))
    return found, np.array(took)
