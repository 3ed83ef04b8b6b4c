"""The index that vectors belong into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from towhee import register

from towhee_recsys.model.embeddings import as_embeddings
from towhee_recsys.stores.vectors import IndexRecord, open_index


@register(name="towhee_recsys/live_index")
class LiveIndex:
    """One vector, or several, to the record of the live index `collection` of the Milvus at `uri`, which has a `build`.

        .map("vectors", "index", ops.towhee_recsys.live_index(uri="movies.db", collection="movies"))

    `access` is the way into a Milvus server. Raises IndexMismatchError when there is no index, its rows are not all
    there, or it is of another model than the vectors.
    """

    def __init__(self, uri: str, collection: str, access: Mapping[str, Any] | None = None):
        self._index = open_index(uri, collection, access)

    def __call__(self, vectors: Any) -> IndexRecord:
        """Checks the index and says what it is."""
        vectors = as_embeddings(vectors)
        record = self._index.live(vectors.model)
        self._index.match(record, vectors.model, vectors.shape[-1])
        return record
