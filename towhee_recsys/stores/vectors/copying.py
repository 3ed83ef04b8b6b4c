"""The live build of one index as the live build of another one, in another store."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from towhee_recsys.config.milvus import IndexType, ServerConfig
from towhee_recsys.errors import IndexMismatchError, StoreError
from towhee_recsys.stores.vectors.all_ids import all_ids
from towhee_recsys.stores.vectors.build import create_build, layout_of, release_build, write_rows
from towhee_recsys.stores.vectors.index import VectorIndex
from towhee_recsys.stores.vectors.index_types import EXACT
from towhee_recsys.stores.vectors.pending import parts, put, recover_pending, remove
from towhee_recsys.stores.vectors.protocol import PLAIN, Layout
from towhee_recsys.stores.vectors.publish import publish
from towhee_recsys.stores.vectors.recall import RecallTarget
from towhee_recsys.stores.vectors.records import IndexRecord, Receipt
from towhee_recsys.stores.vectors.rows import Rows, content_hash, hashes
from towhee_recsys.stores.vectors.versions import make_live, must_be_ours

READ_AT_ONCE = 4096
"""Rows that are in memory at a time."""

AGAIN = "Run the same command again: it copies what has changed."
"""The cure where the source changed meanwhile."""


def copy_live_build(
    source: VectorIndex,
    target: VectorIndex,
    how: IndexType = EXACT,
    server: ServerConfig = PLAIN,
    recall: RecallTarget | None = None,
) -> IndexRecord:
    """Copies the live build of `source`, which serves on, and makes the copy the live build of `target`.

    The copy has the same name, so what is kept elsewhere of the build belongs to it, too; its index is of type `how`,
    with the options of `server`. Each row that was read has its hash in a sum that must be the recorded one; then the
    copy is checked as any build that goes live. Where `recall` is given, it is measured on the copy; the recall that
    was recorded in the source is of another index, and is not copied. All of it can be repeated: an unfinished copy is
    resumed, and one that is live gets the rows that have changed since.

    Raises:
        IndexMismatchError: there is nothing to copy, the source changed meanwhile or is not as recorded, or `target`
            has a live build of its own.
        QueryError: the partition key is not a field of texts.
        StoreError: a store fails, or another process indexes there.
    """
    record = source.live()
    layout = layout_of(record.dim, record.id_type, record.fields, how, server)
    must_be_ours(target.store, target.collection)
    with target.writing, target.lease.held("copy"):
        there = _copy_in(target, record, source)
        if there is None:
            return _copied(source, record, target, layout, recall)
        return _brought_up_to_date(source, record, target, there)


def _copy_in(target: VectorIndex, record: IndexRecord, source: VectorIndex) -> IndexRecord | None:
    """The published copy of a build; None if it has none. Raises IndexMismatchError where another index is live."""
    versions = target.versions(newest=True)
    target.must_be_readable(versions)
    known = {each.build for each in source.versions(newest=True).all}
    if versions.live and versions.live.build not in known:
        raise IndexMismatchError(
            f"the index {target.collection!r} in {target.store.where} has a live build of its own, "
            f"{versions.live.build}, which the copy would replace: nothing was changed. Copy to another Milvus, or "
            "drop that index first."
        )
    return next((each for each in versions.all if each.build == record.build), None)


def _copied(
    source: VectorIndex, record: IndexRecord, target: VectorIndex, layout: Layout, recall: RecallTarget | None
) -> IndexRecord:
    build = record.build
    if target.store.exists(build) and not target.store.describe(build).fits(layout):
        target.store.drop(build)  # what a killed process had just begun, or begun with another type of index
    if not target.store.exists(build):
        create_build(target, build, layout)
    elif not target.locks.acquire(build):
        raise StoreError(f"{build} is being copied to {target.store.where} by another process or thread. Let it end.")
    try:
        receipts = [Receipt(build, record.model_id, record.dim, np.zeros(0, np.int64), np.zeros(0, np.uint64))]
        for rows in _rows(source, record, all_ids(source.store, build)):
            write_rows(target, build, rows)
            receipts.append(Receipt(build, record.model_id, record.dim, rows.ids, hashes(rows)))
        _must_be_unchanged(source, record, content_hash(np.concatenate([each.hashes for each in receipts])))
        return publish(target, receipts[1:] or receipts, recall=recall)
    finally:
        release_build(target, build)


def _brought_up_to_date(
    source: VectorIndex, record: IndexRecord, target: VectorIndex, there: IndexRecord
) -> IndexRecord:
    """The record of a published copy, after the rows that have changed since were changed in it, too."""
    there, ids = recover_pending(target.store, there), all_ids(source.store, record.build)
    for rows in _rows(source, record, ids):
        for part in parts(rows.ids.tolist()):
            there = put(target.store, there, rows[part])
        target.progress.report(len(rows))
    while len(others := target.store.ids(there.build, without=ids)):
        for part in parts(others.tolist()):
            there = remove(target.store, there, others[part])
    _must_be_unchanged(source, record, there.content_hash)
    if target.versions(newest=True).live != there:
        make_live(target.store, there)
    return target.live()


def _rows(source: VectorIndex, record: IndexRecord, ids: np.ndarray) -> Iterator[Rows]:
    for first in range(0, len(ids), READ_AT_ONCE):
        yield source.store.rows(record.build, ids[first : first + READ_AT_ONCE])


def _must_be_unchanged(source: VectorIndex, record: IndexRecord, copied: str) -> None:
    """Raises IndexMismatchError unless the rows with that hash are the recorded ones, of the build that is live now."""
    now = source.versions(newest=True).live
    if now != record:
        raise IndexMismatchError(
            f"the index {source.collection!r} in {source.store.where} has changed while {record.build} was copied; the "
            f"copy is not live yet. {AGAIN}"
        )
    if copied != record.content_hash:
        raise IndexMismatchError(
            f"the rows of {record.build} in {source.store.where} have the hash {copied}, but {record.content_hash} was "
            "recorded: the copy is not live. Index again instead, with the new milvus.uri."
        )
