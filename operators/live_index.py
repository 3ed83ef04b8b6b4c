"""The index that vectors belong to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from towhee import register

from towhee_recsys.model.embeddings import as_embeddings
from towhee_recsys.stores.vectors import Receipt, open_index


@register(name="towhee_recsys/live_index")
class LiveIndex:
    """One vector, or several, to a receipt of the live index `collection` of the Milvus at `uri`, with no rows yet.

        .map("vectors", "index", ops.towhee_recsys.live_index(uri="movies.db", collection="movies"))

    It names the build that the vectors belong to, for steps that go before their insertion. `access` are the
    credentials for a Milvus server.

    Raises:
        IndexMismatchError: the Milvus Lite file does not exist.
        StoreError: the store cannot be reached or opened.
    """

    def __init__(self, uri: str, collection: str, access: Mapping[str, Any] | None = None):
        self._index = open_index(uri, collection, access, create=False)

    def __call__(self, vectors: Any) -> Receipt:
        """Checks that the vectors belong to the index.

        Raises:
            QueryError: these are not vectors of one model.
            IndexMismatchError: there is no index, its rows are not all there, or it is of another model or dimension.
        """
        vectors = as_embeddings(vectors)
        record = self._index.live(vectors.model)
        self._index.must_match(record, vectors.model, vectors.shape[-1])
        items = vectors.model.items if vectors.model else None
        nothing = np.zeros(0, np.int64), np.zeros(0, np.uint64)
        return Receipt(record.build, record.model_id, record.dim, *nothing, items)
