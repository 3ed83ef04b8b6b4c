"""Searches with filters."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from towhee_recsys.stores.vectors.filters import Filter, check_filter
from towhee_recsys.stores.vectors.protocol import VectorStore
from towhee_recsys.stores.vectors.records import IndexRecord
from towhee_recsys.stores.vectors.rows import Id


def count_matching(store: VectorStore, record: IndexRecord, where: Filter) -> int:
    """The number of rows that match a filter. Raises QueryError and StoreError."""
    check_filter(where, record.fields, record.id_type)
    return len(matching_ids(store, record.build, store.ids(record.build).tolist(), where))


def matching_ids(store: VectorStore, build: str, ids: Collection[Id], where: Filter) -> set[Id]:
    """Those of `ids` that match a filter. Raises StoreError."""
    rows = store.rows(build, list(ids), latest=False)
    columns = [dict(zip(rows.fields, values, strict=True)) for values in zip(*rows.fields.values(), strict=True)]
    records = columns or [{}] * len(rows)
    return {key for key, record in zip(rows.ids.tolist(), records, strict=True) if where.matches(key, record)}


def nearest_matching(
    store: VectorStore, build: str, query: np.ndarray, top_k: int, where: Filter, without: Collection[Id]
) -> list[tuple[Id, float]]:
    """The `top_k` rows nearest to float32[dim] that match a filter, best first. Raises StoreError."""
    ids = matching_ids(store, build, store.ids(build).tolist(), where)
    rows = store.rows(build, sorted(ids.difference(without), key=str), latest=False)
    scores = rows.vectors @ query
    best = np.argsort(-scores, kind="stable")[:top_k]
    return list(zip(rows.ids[best].tolist(), scores[best].tolist(), strict=True))
