"""Rows of a live build that change in place: no acknowledged row is lost, even if the process is killed.

A record that names the rows as pending is written before they change, and the final one after. A process that opens an
index with pending rows completes the change by what is there. Where a store does not replace a row in one step, a kill
between the two would lose it: there the old rows are set aside in a build of their own until the new ones are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from towhee_recsys.stores.vectors.protocol import Layout, VectorStore
from towhee_recsys.stores.vectors.records import IndexRecord
from towhee_recsys.stores.vectors.rows import Id, Rows, content_hash, differing, hashes

ROWS_AT_ONCE, BYTES_AT_ONCE = 256, 32_768
"""Rows that change at once, and bytes of their ids: these must fit into a record, which has 64 KB on a server."""

SAVED = "_saved"
"""What the name of the build with the old rows ends with."""


def parts(ids: Sequence[Id]) -> Iterator[slice]:
    """`ids` in parts that may change at once."""
    first, size = 0, 0
    for row, key in enumerate(ids):
        added = 2 * len(str(key).encode()) + 4  # a quote or a backslash is written as two characters
        if row - first == ROWS_AT_ONCE or size + added > BYTES_AT_ONCE:
            yield slice(first, row)
            first, size = row, 0
        size += added
    if first < len(ids):
        yield slice(first, len(ids))


def put(store: VectorStore, record: IndexRecord, rows: Rows) -> IndexRecord:
    """Writes one part of rows, in place of older ones with their ids, and returns the record then.

    A row that is there already, the same, is not touched.

    Raises:
        StoreError: the store fails.
    """
    held = store.rows(record.build, rows.ids)
    rows = rows[differing(rows, held)]
    if not len(rows):
        return record
    changed = set(rows.ids.tolist())
    old = held[[row for row, key in enumerate(held.ids.tolist()) if key in changed]]
    store.drop(record.build + SAVED)
    if len(old) and not store.replaces_in_one_step(record.build):
        store.create(record.build + SAVED, Layout(record.dim, record.id_type, record.fields))
        store.upsert(record.build + SAVED, old)
    base = _begin(store, record, rows.ids, old)
    store.upsert(record.build, rows)
    return _complete(store, base, hashes(rows))


def remove(store: VectorStore, record: IndexRecord, ids: np.ndarray) -> IndexRecord:
    """Deletes those of one part of ids that are there, and returns the record then.

    Raises:
        StoreError: the store fails.
    """
    old = store.rows(record.build, ids)
    if not len(old):
        return record
    store.drop(record.build + SAVED)
    base = _begin(store, record, old.ids, old)
    store.delete(record.build, old.ids)
    return _complete(store, base, np.zeros(0, np.uint64))


def recover_pending(store: VectorStore, record: IndexRecord) -> IndexRecord:
    """Completes a change that another process could not complete, and returns the new record.

    Rows that it was adding or deleting are there or not; rows that it was replacing are the old or the new ones.

    Raises:
        StoreError: the store fails.
    """
    if not record.pending:
        return record
    held = store.rows(record.build, record.pending)
    found = hashes(held)
    if store.exists(record.build + SAVED):
        saved, there = store.rows(record.build + SAVED, record.pending), set(held.ids.tolist())
        lost = saved[[row for row, key in enumerate(saved.ids.tolist()) if key not in there]]
        if len(lost):
            store.upsert(record.build, lost)
            found = np.concatenate([found, hashes(lost)])
    return _complete(store, record, found)


def _begin(store: VectorStore, record: IndexRecord, ids: np.ndarray, old: Rows) -> IndexRecord:
    """Records that `ids` are about to change, without the `old` rows of them that are there."""
    total = content_hash(-hashes(old), record.content_hash)  # modulo 2**64
    base = replace(record, rows=record.rows - len(old), content_hash=total, pending=tuple(ids.tolist()))
    store.write_record(base.to_json())
    return base


def _complete(store: VectorStore, base: IndexRecord, new: np.ndarray) -> IndexRecord:
    """Records the build with the rows of `new` hashes, and drops the old ones."""
    total = content_hash(new, base.content_hash)
    record = replace(base, rows=base.rows + len(new), content_hash=total, pending=())
    store.write_record(record.to_json())
    store.drop(record.build + SAVED)
    return record
