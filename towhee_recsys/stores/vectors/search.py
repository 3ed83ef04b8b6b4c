"""One search in one build: what is asked, and the hits that answer it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from towhee_recsys.model.embeddings import Embeddings, as_embeddings, must_be_unit
from towhee_recsys.stores.vectors.hits import Hit, hits_of
from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.milvus.store import MAX_TOP_K, nearest
from towhee_recsys.stores.vectors.milvus.types import IndexType, index_type
from towhee_recsys.stores.vectors.records import IndexRecord
from towhee_recsys.stores.vectors.vector_cache import KnownVectors


@dataclass(frozen=True)
class Asked:
    """For which vectors float32[n, dim] items are searched, without which, and how."""

    vectors: Embeddings
    left_out: Sequence[Collection[int]]
    how: IndexType | None

    def alone(self, place: int) -> Asked:
        """The query at `place`."""
        return Asked(self.vectors[place : place + 1], self.left_out[place : place + 1], self.how)


def ask(vectors: np.ndarray, exclude: Sequence[Collection[int]] | None, how: IndexType | None) -> Asked:
    """What `ItemIndex.search` was given, checked. Raises QueryError for vectors that are not of length 1."""
    vectors = as_embeddings(vectors)
    for queries in (vectors, vectors.rating):
        if queries is not None:
            must_be_unit(queries, [f"query {place}" for place in range(len(vectors))])
    return Asked(vectors, exclude or [()] * len(vectors), how)


def found(
    milvus: Milvus, record: IndexRecord, known: KnownVectors, asked: Asked, first: int, end: int
) -> list[list[Hit]]:
    """The hits from place `first` up to `end` of each query, all from one build. Raises StoreError.

    One search for all queries; where other vectors predict stars, those of `known` are used. An item that is deleted
    meanwhile is none.
    """
    vectors = asked.vectors
    how = asked.how if asked.how and asked.how.type == record.index else _usual(milvus, record.index)
    limit = min(end + max(map(len, asked.left_out), default=0), MAX_TOP_K)
    rows = nearest(milvus, record.build, np.asarray(vectors), limit, how) if len(vectors) else []
    kept = [
        [row for row in each if row["id"] not in without][first:end]
        for each, without in zip(rows, asked.left_out, strict=True)
    ]
    if vectors.rating is None:
        return hits_of(kept, vectors, {})
    ids = {row["id"] for each in kept for row in each}
    items = known.of(ids)
    if len(items) < len(ids):
        kept = [[row for row in each if row["id"] in items] for each in kept]
    return hits_of(kept, vectors, items)


@cache
def _usual(milvus: Milvus, kind: str) -> IndexType:
    return index_type(milvus, {"type": kind})
