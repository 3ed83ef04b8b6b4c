"""What is asked of one Milvus collection of movie vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from towhee_recsys.index.connection import TIMEOUT, milvus_errors

MAX_TOP_K = 16_384
"""The most rows that Milvus gives for one query."""

READ_AT_ONCE = 256
"""Rows whose vectors are read by one call."""


def create(client: Any, name: str, dim: int) -> None:
    """An empty collection for movies' vectors of `dim` numbers."""
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("movie_id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    with milvus_errors(f"creating {name}"):
        create_with(client, name, schema)


def create_with(client: Any, name: str, schema: Any) -> None:
    """An empty collection whose `vector` is searched exactly, by inner product."""
    index = client.prepare_index_params()
    index.add_index("vector", index_type="FLAT", metric_type="IP")
    client.create_collection(name, schema=schema, timeout=TIMEOUT)
    client.create_index(name, index, sync=False, timeout=TIMEOUT)  # pymilvus would sleep half a second to wait for it
    client.load_collection(name, timeout=TIMEOUT)


def upsert(client: Any, name: str, ids: Sequence[int], vectors: np.ndarray) -> None:
    """Writes a row for each id, in place of an older one."""
    rows = [{"movie_id": int(key), "vector": vector} for key, vector in zip(ids, np.asarray(vectors), strict=True)]
    with milvus_errors(f"writing {len(rows)} rows to {name}"):
        client.upsert(name, rows, timeout=TIMEOUT)


def count(client: Any, name: str) -> int:
    """The number of rows; 0 where there is no such collection."""
    with milvus_errors(f"counting the rows of {name}"):
        if not client.has_collection(name, timeout=TIMEOUT):
            return 0
        return int(client.query(name, output_fields=["count(*)"], timeout=TIMEOUT)[0]["count(*)"])


def rows_of(client: Any, name: str, ids: Sequence[int]) -> tuple[list[int], np.ndarray]:
    """Those of `ids` that are there, with their vectors float32[n, dim]."""
    with milvus_errors(f"reading {name}"):
        rows = client.get(name, ids=[int(key) for key in ids], output_fields=["movie_id", "vector"], timeout=TIMEOUT)
    return [row["movie_id"] for row in rows], np.array([row["vector"] for row in rows], dtype=np.float32)


def vectors_of(client: Any, name: str, ids: Sequence[int]) -> dict[int, np.ndarray]:
    """The vectors of those of `ids` that are there. Milvus Lite takes minutes for thousands at a time."""
    found: dict[int, np.ndarray] = {}
    for first in range(0, len(ids), READ_AT_ONCE):
        found.update(zip(*rows_of(client, name, ids[first : first + READ_AT_ONCE]), strict=True))
    return found


def nearest(client: Any, name: str, queries: np.ndarray, limit: int) -> Any:
    """For each query the rows of highest inner product, as Milvus gives them: `id` and `distance`."""
    with milvus_errors(f"searching {name}"):
        return client.search(
            name,
            data=queries,
            anns_field="vector",
            limit=limit,
            output_fields=["movie_id"],
            search_params={"metric_type": "IP"},
            timeout=TIMEOUT,
        )
