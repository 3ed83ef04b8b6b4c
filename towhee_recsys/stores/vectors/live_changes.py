"""Adding items to the live build and deleting them from it, with immediate effect; a kill at any time loses nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from towhee_recsys.config.milvus import IndexType, ServerConfig
from towhee_recsys.data.items import FieldType
from towhee_recsys.model.embeddings import Embeddings, as_embeddings
from towhee_recsys.stores.vectors.build import now, receipt_of, start_build
from towhee_recsys.stores.vectors.index import VectorIndex
from towhee_recsys.stores.vectors.index_types import EXACT
from towhee_recsys.stores.vectors.pending import parts, put, recover_pending, remove
from towhee_recsys.stores.vectors.protocol import PLAIN, Layout
from towhee_recsys.stores.vectors.records import IndexRecord, Receipt
from towhee_recsys.stores.vectors.rows import Id, checked_ids, checked_rows, content_hash, id_type_of, model_of
from towhee_recsys.stores.vectors.versions import make_live


def insert_live(
    index: VectorIndex,
    ids: Sequence[Id],
    vectors: Any,
    how: IndexType = EXACT,
    fields: Mapping[str, Sequence[Any]] | None = None,
    types: Mapping[str, FieldType] | None = None,
    server: ServerConfig = PLAIN,
) -> Receipt:
    """Upserts unit vectors float32[n, dim] into the live build, with n values of each of its fields.

    Where there is no index it begins one: of type `how`, with the fields of `types`, ids like the first, and options
    as in `server`. A killed process leaves a part of the rows, each of them whole: the call can be repeated.

    Raises:
        QueryError: as of `insert`.
        IndexMismatchError: the live index is of another model, or another version wrote it.
        StoreError: the store fails.
    """
    embeddings, fields = as_embeddings(vectors), fields or {}
    with index.writing:
        live = _live_or_none(index)
        id_type = live.id_type if live else id_type_of(ids)
        rows = checked_rows(ids, embeddings.search, fields, id_type, (live.fields if live else types) or {})
        live = live or _begin_index(index, embeddings, Layout(embeddings.shape[1], id_type, types or {}, how, server))
        index.must_match(live, embeddings.model, embeddings.shape[1])
        live = recover_pending(index.store, live)
        for part in parts(ids):
            live = put(index.store, live, rows[part])
            index.progress.report(part.stop - part.start)
        index.versions(newest=True)
        return receipt_of(live.build, embeddings, rows)


def delete_live(index: VectorIndex, ids: Sequence[Id]) -> int:
    """Deletes items from the live build and returns how many rows there were of them; kept builds stay as they are.

    It can be repeated after a kill.

    Raises:
        QueryError: an id is not of the index's type.
        IndexMismatchError: there is no index, or another version wrote it.
        StoreError: the store fails.
    """
    with index.writing:
        live = index.live_in(index.versions(newest=True))
        keys = checked_ids(ids, live.id_type)
        before = live = recover_pending(index.store, live)
        for part in parts(keys.tolist()):
            live = remove(index.store, live, keys[part])
        index.versions(newest=True)
        return before.rows - live.rows


def _live_or_none(index: VectorIndex) -> IndexRecord | None:
    versions = index.versions(newest=True)
    index.must_be_readable(versions)
    return versions.live


def _begin_index(index: VectorIndex, embeddings: Embeddings, layout: Layout) -> IndexRecord:
    """Makes an empty build the first live one, and returns its record."""
    model = model_of(embeddings)
    build = start_build(index, model, layout.dim, layout.index, layout.id_type, layout.fields, layout.server)
    record = IndexRecord(
        collection=index.collection,
        build=build,
        model_id=model,
        dim=layout.dim,
        metric="IP",
        rows=0,
        content_hash=content_hash([]),
        index=layout.index.type,
        published=now(),
        number=1,
        id_type=layout.id_type,
        fields=dict(layout.fields),
    )
    make_live(index.store, record)
    index.locks.release(build)
    return record
