"""Item vectors into Milvus."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from towhee import register

from towhee_recsys.errors import StoreError
from towhee_recsys.model.embeddings import Embeddings, as_embeddings
from towhee_recsys.stores.vectors import (
    Receipt,
    index_type,
    insert,
    insert_live,
    is_ours,
    model_of,
    open_index,
    release,
    resume_build,
    start_build,
)


@register(name="towhee_recsys/milvus_insert")
class MilvusInsert:
    """Items and their unit vectors into the index `collection` of the Milvus at `uri`; gives a receipt.

        .map(("movies", "vectors"), "receipt", ops.towhee_recsys.milvus_insert(uri="movies.db", collection="movies"))

    Items are records with a `movie_id`, or plain ids; one with float32[dim], or a list with float32[n, dim]. The rows
    can be found at once, unless `staged`: then they wait beside the live index until `publish` gets the receipts. Where
    an indexing of the same model did not end, it is gone on with: what is there already is not written again.
    `access` is the way into a Milvus server, {"token": ..., "timeout": 10}, and `index` the type of a new index,
    {"type": "HNSW", "M": 16}: the settings of `milvus.access` and `milvus.index`.
    Raises QueryError for vectors that are not unit, IndexMismatchError when the live index is of another model.
    """

    def __init__(
        self,
        uri: str,
        collection: str,
        staged: bool = False,
        access: Mapping[str, Any] | None = None,
        index: Mapping[str, Any] | None = None,
    ):
        self._index, self._staged = open_index(uri, collection, access), staged
        self._type = index_type(self._index.milvus, index)
        self._build: str | None = None
        self._starting = threading.Lock()

    def __call__(self, items: Any, vectors: Any) -> Receipt:
        """Writes the rows and says what was written."""
        vectors = as_embeddings(vectors)
        if isinstance(items, (Mapping, int, np.integer)):
            items, vectors = [items], vectors[np.newaxis]
        ids = [item.get("movie_id") if isinstance(item, Mapping) else item for item in items]
        return replace(self._insert(ids, vectors), items=vectors.model.items if vectors.model else None)

    def abandon(self) -> None:
        """Lets the build go that was begun: the next indexing goes on with it, without what it does not have itself."""
        with self._starting:
            if self._build:
                release(self._build)
            self._build = None

    def _insert(self, ids: Sequence[Any], vectors: Embeddings) -> Receipt:
        if not self._staged:
            return insert_live(self._index, ids, vectors, self._type)
        try:
            return insert(self._index, self._unpublished(vectors), ids, vectors)
        except StoreError:
            self.abandon()  # that build may be gone, or hold a part of these rows
            raise

    def _unpublished(self, vectors: Embeddings) -> str:
        """The build that this step fills: another one at the first call, and again after each publishing."""
        with self._starting:
            live = self._index.record
            if self._build is None or (live and live.build == self._build) or not is_ours(self._build):
                asked = self._index, model_of(vectors), vectors.shape[1], self._type
                self._build = resume_build(*asked) or start_build(*asked)
            return self._build
