"""A build while it is filled: started, or resumed after a process that did not finish it."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from towhee_recsys.config.milvus import IndexType, ServerConfig
from towhee_recsys.data.items import FieldType, IdType
from towhee_recsys.errors import QueryError, StoreError
from towhee_recsys.model.embeddings import as_embeddings
from towhee_recsys.stores.vectors.index import VectorIndex
from towhee_recsys.stores.vectors.index_types import EXACT
from towhee_recsys.stores.vectors.pending import SAVED
from towhee_recsys.stores.vectors.protocol import PLAIN, Layout, VectorStore
from towhee_recsys.stores.vectors.records import Receipt
from towhee_recsys.stores.vectors.rows import Id, Rows, checked_rows, differing, hashes, model_of
from towhee_recsys.stores.vectors.versions import must_be_ours

log = logging.getLogger(__name__)

COMPARED_AT_ONCE = 256
"""Rows that are read and compared at a time."""


def start_build(
    index: VectorIndex,
    model_id: str | None,
    dim: int,
    how: IndexType = EXACT,
    id_type: IdType = "int",
    fields: Mapping[str, FieldType] | None = None,
    server: ServerConfig = PLAIN,
) -> str:
    """Creates an empty build beside the live one and returns its name: `<collection>__<model>_<draw>`.

    No other index has a build of that name, so that any number of indexes can keep their facts in one store.

    `how` is the type of its vector index, `fields` are its scalar fields, `server` has the options of a server. It is
    this process' to fill, until `publish` or `release_build`.

    Raises:
        IndexMismatchError: a collection of our name is not ours.
        QueryError: the partition key is not a field of texts.
        StoreError: the store fails, or another process indexes the collection of a server.
    """
    layout = layout_of(dim, id_type, fields, how, server)
    must_be_ours(index.store, index.collection)
    build = f"{_prefix(index, model_id)}{secrets.token_hex(6)}"
    create_build(index, build, layout)
    return build


def create_build(index: VectorIndex, build: str, layout: Layout) -> None:
    """Creates an empty build, which is this process' to fill.

    Raises:
        StoreError: the store fails, or another process indexes the collection of a server.
    """
    index.locks.acquire(build, is_new=True)
    try:
        index.store.create(build, layout)
    except StoreError:
        index.locks.release(build)
        raise


def resume_build(
    index: VectorIndex,
    model_id: str | None,
    dim: int,
    how: IndexType = EXACT,
    id_type: IdType = "int",
    fields: Mapping[str, FieldType] | None = None,
    server: ServerConfig = PLAIN,
) -> str | None:
    """The unfinished build with most rows of those that `start_build` began in the same way, or None.

    From then on only this process fills it. A build that another thread or process of this machine fills is left alone.

    Raises:
        QueryError: the partition key is not a field of texts.
        StoreError: the store fails, or another process indexes the collection of a server.
    """
    layout, store = layout_of(dim, id_type, fields, how, server), index.store
    begun = [name for name in builds_in(index) if re.fullmatch(rf"{_prefix(index, model_id)}[0-9a-f]{{12}}", name)]
    rows = {name: store.count(name) for name in begun if _fits(store, name, layout)}
    for build in sorted(rows, key=lambda name: rows[name], reverse=True):
        if rows[build] and index.locks.acquire(build):
            versions = index.versions(newest=True)
            if build not in {each.build for each in versions.all} | set(versions.outdated):
                log.warning("resuming an unfinished index: %s items are there", f"{rows[build]:,}")
                return build
            index.locks.release(build)
    return None


def release_build(index: VectorIndex, build: str) -> None:
    """Releases an unfinished build; the next index run resumes it, and drops rows that the dataset no longer has."""
    index.locks.release(build)


def insert(
    index: VectorIndex,
    build: str,
    ids: Sequence[Id],
    vectors: Any,
    fields: Mapping[str, Sequence[Any]] | None = None,
) -> Receipt:
    """Writes unit vectors float32[n, dim] by item id into `build`, with n values of each of its fields.

    A field that is not given is missing in these items. A row that may be there, since another process began the build
    or the id was written before, is read: an equal one is not touched, another one is replaced.

    Raises:
        QueryError: vectors that are not of length 1, ids that occur twice or are not of the build's type, or values
            that are not of their field's type.
        StoreError: the store fails.
    """
    embeddings, layout = as_embeddings(vectors), index.store.describe(build)
    rows = checked_rows(ids, embeddings.search, fields or {}, layout.id_type or "int", layout.fields)
    write_rows(index, build, rows)
    return receipt_of(build, embeddings, rows)


def write_rows(index: VectorIndex, build: str, rows: Rows) -> None:
    """Writes checked rows into `build`; those that are there, the same, are not touched.

    Raises:
        StoreError: the store fails.
    """
    writer = index.locks.writer(build)
    with writer.writing:
        if writer.lacks(rows.ids):
            index.store.append(build, rows)
        else:
            _write_differing(index.store, build, rows)
    index.progress.report(len(rows))


def receipt_of(build: str, embeddings: Any, rows: Rows) -> Receipt:
    """The receipt for `rows` that were written into `build`, whose vectors are those of `embeddings`."""
    items = embeddings.model.items if embeddings.model else None
    return Receipt(build, model_of(embeddings), embeddings.shape[1], rows.ids, hashes(rows), items)


def layout_of(
    dim: int, id_type: IdType, fields: Mapping[str, FieldType] | None, how: IndexType, server: ServerConfig
) -> Layout:
    """The layout of a build.

    Raises:
        QueryError: the partition key is not a field of texts.
    """
    types, key = dict(fields or {}), server.partition_key
    if key is not None and types.get(key) != "text":
        texts = ", ".join(repr(name) for name, kind in types.items() if kind == "text")
        raise QueryError(
            f"milvus.server.partition_key: given {key!r}, accepted: a filter column of texts, "
            f"{f'which are {texts}' if texts else 'of which these items have none'}. "
            "Name one of dataset.items.filter, or leave the partition key out."
        )
    return Layout(dim, id_type, types, how, server)


def builds_in(index: VectorIndex) -> list[str]:
    """The names of all builds of the index, with unfinished ones and rows that were set aside."""
    ours = re.compile(rf"{index.collection}__([0-9a-f]{{16}}|unknown)_[0-9a-f]{{6,12}}({SAVED})?")
    return sorted(name for name in index.store.names() if ours.fullmatch(name))


def now() -> str:
    """The current time in UTC, as ISO 8601, as records have it."""
    return datetime.now(timezone.utc).isoformat(timespec="microseconds")


def _write_differing(store: VectorStore, build: str, rows: Rows) -> None:
    """Writes those rows that are not there as they should be."""
    for first in range(0, len(rows), COMPARED_AT_ONCE):
        part = rows[first : first + COMPARED_AT_ONCE]
        changed = differing(part, store.rows(build, part.ids))
        if len(changed):
            store.upsert(build, part[changed])


def _fits(store: VectorStore, build: str, layout: Layout) -> bool:
    try:
        return store.describe(build).fits(layout)
    except StoreError:
        if store.exists(build):
            raise
        return False  # another process has just dropped it


def _prefix(index: VectorIndex, model_id: str | None) -> str:
    return f"{index.collection}__{model_id or 'unknown'}_"
