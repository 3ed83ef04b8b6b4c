"""What is asked of one Milvus collection of item vectors; each function raises StoreError when Milvus fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.milvus.types import EXACT, IndexType, build_params, search_params

MAX_TOP_K = 16_384
"""The most rows that Milvus gives for one query."""

READ_AT_ONCE = 256
"""Rows whose vectors are read by one call."""

WRITTEN_AT_ONCE = 32 * 2**20
"""Bytes of vectors that are written by one call: a server takes 64 MB."""

NO_ALIAS = 1600
"""Milvus' code for an alias that is not there; one whose collection is gone is there."""

NOW = {"consistency_level": "Strong"}
"""For reads that must see whatever was written before, by any process. Other reads see what this process wrote."""


def create(milvus: Milvus, name: str, dim: int, index: IndexType = EXACT) -> None:
    """An empty collection for items' vectors of `dim` numbers, ready to be written and searched."""
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("movie_id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    create_with(milvus, name, schema, index)


def create_with(milvus: Milvus, name: str, schema: Any, index: IndexType = EXACT) -> None:
    """An empty collection whose `vector` is searched by inner product, loaded."""
    params, doing = milvus.client.prepare_index_params(), f"creating {name}"
    params.add_index("vector", index_type=index.type, metric_type="IP", params=build_params(index))
    milvus.call(doing, "create_collection", name, schema=schema, consistency_level="Session")
    milvus.call(doing, "create_index", name, index_params=params, sync=False)  # pymilvus would sleep to wait for it
    milvus.call(doing, "load_collection", name)


def upsert(milvus: Milvus, name: str, ids: Sequence[int] | np.ndarray, vectors: np.ndarray) -> None:
    """Writes a row for each id, in place of an older one. Can be repeated."""
    _write(milvus, "upsert", name, ids, vectors)


def append(milvus: Milvus, name: str, ids: Sequence[int] | np.ndarray, vectors: np.ndarray) -> None:
    """Writes rows whose ids are not there yet.

    Milvus Lite does not look for older ones then, which takes the longer the more rows there are. On the way to a
    server a connection may be lost, and pymilvus calls again: what was written must be replaced then, not doubled.
    """
    _write(milvus, "insert" if milvus.lite else "upsert", name, ids, vectors)


def _write(milvus: Milvus, method: str, name: str, ids: Sequence[int] | np.ndarray, vectors: np.ndarray) -> None:
    keys = np.asarray(ids, dtype=np.int64).tolist()
    rows = [{"movie_id": key, "vector": vector} for key, vector in zip(keys, np.asarray(vectors), strict=True)]
    at_once = max(1, WRITTEN_AT_ONCE // (4 * np.shape(vectors)[-1]))
    for first in range(0, len(rows), at_once):
        milvus.call(f"writing {len(rows)} rows to {name}", method, name, data=rows[first : first + at_once])


def delete(milvus: Milvus, name: str, ids: Sequence[int]) -> None:
    """Removes the rows of `ids`; those that are not there are passed over. Can be repeated."""
    if len(ids):
        milvus.call(f"deleting {len(ids)} rows of {name}", "delete", name, ids=[int(key) for key in ids])


def count(milvus: Milvus, name: str) -> int:
    """The number of rows at this moment; 0 where there is no such collection."""
    if not exists(milvus, name):
        return 0
    rows = milvus.call(f"counting the rows of {name}", "query", name, output_fields=["count(*)"], **NOW)
    return int(rows[0]["count(*)"])


def ids_between(milvus: Milvus, name: str, first: int, last: int) -> list[int]:
    """The ids of rows from `first` to `last`, both included, at this moment; of more than 16,384 so many."""
    doing, between = f"reading {name}", f"movie_id >= {first} and movie_id <= {last}"
    rows = milvus.call(doing, "query", name, filter=between, output_fields=["movie_id"], limit=MAX_TOP_K, **NOW)
    return [row["movie_id"] for row in rows]


def rows_of(milvus: Milvus, name: str, ids: Sequence[int] | np.ndarray) -> tuple[list[int], np.ndarray]:
    """Those of `ids` that are there at this moment, with their vectors float32[n, dim]."""
    return _rows(milvus, name, ids, **NOW)


def _rows(milvus: Milvus, name: str, ids: Sequence[int] | np.ndarray, **how: Any) -> tuple[list[int], np.ndarray]:
    fields = ["movie_id", "vector"]
    rows = milvus.call(f"reading {name}", "get", name, ids=[int(key) for key in ids], output_fields=fields, **how)
    return [row["movie_id"] for row in rows], np.array([row["vector"] for row in rows], dtype=np.float32)


def vectors_of(milvus: Milvus, name: str, ids: Sequence[int]) -> dict[int, np.ndarray]:
    """The vectors of those of `ids` that are there. Milvus Lite takes minutes for thousands at a time."""
    found: dict[int, np.ndarray] = {}
    for first in range(0, len(ids), READ_AT_ONCE):
        found.update(zip(*_rows(milvus, name, ids[first : first + READ_AT_ONCE]), strict=True))
    return found


def nearest(
    milvus: Milvus, name: str, queries: np.ndarray, limit: int, index: IndexType = EXACT
) -> list[list[dict[str, Any]]]:
    """For each query float32[n, dim] the rows of highest inner product, best first: their `id` and `distance`.

    Exact with FLAT; other types miss some, fewer with a wider search. What this process wrote is found at once.
    """
    found = milvus.call(
        f"searching {name}",
        "search",
        name,
        data=[query.tobytes() for query in np.asarray(queries, dtype=np.float32)],  # pymilvus packs numbers one by one
        anns_field="vector",
        limit=limit,
        output_fields=["movie_id"],
        search_params={"metric_type": "IP", "params": search_params(index, limit)},
    )
    return [
        [{"id": key, "distance": score} for key, score in zip(row.ids, row.distances, strict=True)] for row in found
    ]


def exists(milvus: Milvus, name: str) -> bool:
    """Whether there is a collection, or on a server an alias, of that name."""
    return bool(milvus.call(f"looking for {name}", "has_collection", name))


def names(milvus: Milvus) -> list[str]:
    """The names of all collections, sorted."""
    return sorted(milvus.call("listing the collections", "list_collections"))


def drop(milvus: Milvus, name: str) -> None:
    """Removes a collection; one that is not there is passed over."""
    milvus.call(f"dropping {name}", "drop_collection", name)


def point_alias(milvus: Milvus, alias: str, name: str) -> None:
    """Lets `alias` name the collection `name`, in one step when it named another before. Servers only."""
    doing = f"pointing the alias {alias} to {name}"
    try:
        milvus.call(doing, "alter_alias", name, alias=alias)
    except StoreError as error:
        if getattr(error.__cause__, "code", None) != NO_ALIAS:
            raise
        milvus.call(doing, "create_alias", name, alias=alias)


def alias_target(milvus: Milvus, alias: str) -> str | None:
    """The collection that `alias` names, or None. Servers only."""
    if not exists(milvus, alias):
        return None
    described = milvus.call(f"describing {alias}", "describe_collection", alias)
    return next(iter({described["collection_name"]} - {alias}), None)
