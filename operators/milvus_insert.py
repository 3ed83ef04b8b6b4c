"""Item vectors into Milvus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from towhee import register

from towhee_recsys.data.expiry import expiry_times
from towhee_recsys.data.items import EXPIRY, VARIANCE
from towhee_recsys.data.times import accepted_times
from towhee_recsys.errors import QueryError, StoreError
from towhee_recsys.model.embeddings import Embeddings, ModelRef, as_embeddings
from towhee_recsys.stores.vectors import (
    Receipt,
    id_type_of,
    index_type,
    insert,
    insert_live,
    model_of,
    open_index,
    release_build,
    resume_build,
    server_options,
    start_build,
)
from towhee_recsys.support.forks import new_lock


@register(name="towhee_recsys/milvus_insert")
class MilvusInsert:
    """Items and their unit vectors into the index `collection` of the Milvus at `uri`; gives a receipt.

        .map(("items", "vectors"), "receipt", ops.towhee_recsys.milvus_insert(uri="items.db", collection="items"))

    Items are records or plain ids; one with float32[dim], or a list with float32[n, dim]. The id of a record is in the
    column that its vectors name, where they come from an item encoder; else in the column `id`. Their filter columns
    and the times at which they expire are stored along. The rows can be found at once, unless `staged`: then they wait
    beside the live index until `publish` gets the receipts. An unfinished indexing of the same model is resumed: what
    is there already is not written again.

    Args:
        uri: A Milvus Lite file, which ends in .db, or a Milvus server.
        collection: The name of the index.
        staged: Whether the rows wait for `publish`.
        access: The credentials of a server, {"token": ..., "timeout": 10}: the settings of `milvus.access`.
        index: The type of a new index, {"type": "HNSW", "M": 16}: the settings of `milvus.index`.
        server: How a server stores a new index, {"shards": 2, "replicas": 2}: the settings of `milvus.server`.
        id: The column with the ids, where the vectors do not name it.

    Raises:
        QueryError: vectors that are not unit, ids or values of another type, a partition key that is no field of texts.
        IndexMismatchError: the live index is of another model.
        StoreError: Milvus fails, or another process indexes the same collection of a server.
    """

    def __init__(
        self,
        uri: str,
        collection: str,
        staged: bool = False,
        access: Mapping[str, Any] | None = None,
        index: Mapping[str, Any] | None = None,
        id: str | None = None,
        server: Mapping[str, Any] | None = None,
    ):
        self._index, self._staged, self._id = open_index(uri, collection, access), staged, id
        self._type, self._server = index_type(self._index.store, index), server_options(self._index.store, server)
        self._build: str | None = None
        self._starting = new_lock()

    def __call__(self, items: Any, vectors: Any) -> Receipt:
        """Writes the rows and returns what was written."""
        vectors = as_embeddings(vectors)
        if isinstance(items, (Mapping, int, np.integer, str)):
            items, vectors = [items], vectors[np.newaxis]
        schema = vectors.model.items if vectors.model else None
        column = schema.id if schema else self._id or "id"
        ids = [_id_in(item, column) if isinstance(item, Mapping) else item for item in items]
        records = [item if isinstance(item, Mapping) else {} for item in items]
        return self._insert(ids, vectors, _fields(vectors.model, ids, records) if vectors.model else {})

    def abandon(self) -> None:
        """Releases the unfinished build; the next index run resumes it, and drops rows of removed items."""
        with self._starting:
            if self._build:
                release_build(self._index, self._build)
            self._build = None

    def _insert(self, ids: Sequence[Any], vectors: Embeddings, fields: Mapping[str, Sequence[Any]]) -> Receipt:
        if not self._staged:
            types = vectors.model.index_fields if vectors.model else {}
            return insert_live(self._index, ids, vectors, self._type, fields, types, self._server)
        try:
            return insert(self._index, self._unpublished(ids, vectors), ids, vectors, fields)
        except StoreError:
            self.abandon()  # that build may be gone, or hold a part of these rows
            raise

    def _unpublished(self, ids: Sequence[Any], vectors: Embeddings) -> str:
        """The build that this step fills: another one at the first call, and again after each publishing."""
        with self._starting:
            live = self._index.record
            is_live = live is not None and live.build == self._build
            if self._build is None or is_live or not self._index.locks.owns(self._build):
                items = vectors.model.items if vectors.model else None
                id_type = items.id_type if items else id_type_of(ids)
                fields = vectors.model.index_fields if vectors.model else {}
                wanted = self._index, model_of(vectors), vectors.shape[1], self._type, id_type, fields, self._server
                self._build = resume_build(*wanted) or start_build(*wanted)
            return self._build


def _fields(model: ModelRef, ids: Sequence[Any], records: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The values of each of the index's fields, one for each item."""
    schema, variances = model.items, model.item_variances
    fields = {name: [record.get(name) for record in records] for name in (schema.filters if schema else ())}
    if variances:
        fields[VARIANCE] = [variances.of(key) for key in ids]
    if schema and schema.expires:
        given = [record.get(schema.expires) for record in records]
        fields[EXPIRY], wrong = expiry_times(given, schema.time_unit)
        if wrong:
            raise QueryError(
                f"{schema.expires!r} of item {ids[wrong[0]]!r}: {given[wrong[0]]!r:.200} was given; "
                f"{accepted_times(schema.time_unit)} is accepted, or None for an item that does not expire."
            )
    return fields


def _id_in(record: Mapping[str, Any], column: str) -> Any:
    if column not in record:
        raise QueryError(
            f"an item record has the columns {', '.join(map(repr, record))}, but its id is expected in {column!r}. "
            "Name the column with milvus_insert(..., id=COLUMN)."
        )
    return record[column]
