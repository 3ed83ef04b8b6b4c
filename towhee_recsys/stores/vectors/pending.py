"""Rows of a live build that change in place: whatever moment a process dies at, no row that was acknowledged is lost.

A record that names the rows as pending is written before they change, and the final one after. Who opens an index
with pending rows settles it by what is there. Milvus Lite writes a row anew by deleting it first; a kill between the
two would lose it, so there the old rows lie in a collection of their own until the new ones are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.milvus.store import create, delete, drop, exists, rows_of, upsert
from towhee_recsys.stores.vectors.records import IndexRecord, write_record
from towhee_recsys.stores.vectors.rows import content, differing, hashes

AT_ONCE = 256
"""Rows that change at once: their ids must fit into a record."""

SAVED = "_saved"
"""What the name of the collection with a build's old rows ends with."""


def put(milvus: Milvus, record: IndexRecord, ids: Sequence[int], vectors: np.ndarray) -> IndexRecord:
    """Writes at most 256 rows, in place of older ones with their ids, and gives what is true then. Raises StoreError.

    A row that is there already, the same, is not touched.
    """
    there, old = rows_of(milvus, record.build, ids)
    known, new = hashes(there, old), hashes(ids, vectors)
    changed = differing(ids, new, there, known)
    if not len(changed):
        return record
    ids, vectors, new = [int(ids[place]) for place in changed], np.asarray(vectors)[changed], new[changed]
    replaced = [place for place, key in enumerate(there) if key in set(ids)]
    drop(milvus, record.build + SAVED)
    if replaced and milvus.lite:
        create(milvus, record.build + SAVED, record.dim)
        upsert(milvus, record.build + SAVED, [there[place] for place in replaced], old[replaced])
    base = _begin(milvus, record, ids, known[replaced])
    upsert(milvus, record.build, ids, vectors)
    return _end(milvus, base, new)


def remove(milvus: Milvus, record: IndexRecord, ids: Sequence[int]) -> IndexRecord:
    """Deletes those of at most 256 rows that are there, and gives what is true then. Raises StoreError."""
    there, old = rows_of(milvus, record.build, ids)
    if not there:
        return record
    drop(milvus, record.build + SAVED)
    base = _begin(milvus, record, there, hashes(there, old))
    delete(milvus, record.build, there)
    return _end(milvus, base, hashes([], old[:0]))


def settle(milvus: Milvus, record: IndexRecord) -> IndexRecord:
    """Ends what another process began and could not end, and gives what is true then. Raises StoreError.

    Rows that it was to add or delete are there or not; rows that it was to replace are the old or the new ones.
    """
    if not record.pending:
        return record
    there, vectors = rows_of(milvus, record.build, record.pending)
    found = hashes(there, vectors)
    if exists(milvus, record.build + SAVED):
        ids, vectors = rows_of(milvus, record.build + SAVED, record.pending)
        lost = [place for place, key in enumerate(ids) if key not in set(there)]
        if lost:
            ids, vectors = [ids[place] for place in lost], vectors[lost]
            upsert(milvus, record.build, ids, vectors)
            found = np.concatenate([found, hashes(ids, vectors)])
    return _end(milvus, record, found)


def _begin(milvus: Milvus, record: IndexRecord, ids: Sequence[int], old: np.ndarray) -> IndexRecord:
    """Writes that `ids` are about to change, and counts out those rows of them that are there, by `old` hashes."""
    total = content(-old, record.content_hash)  # modulo 2**64
    base = replace(record, rows=record.rows - len(old), content_hash=total, pending=tuple(ids))
    write_record(milvus, base)
    return base


def _end(milvus: Milvus, base: IndexRecord, new: np.ndarray) -> IndexRecord:
    """Writes what is true with the rows of `new` hashes, and lets the old ones go."""
    total = content(new, base.content_hash)
    record = replace(base, rows=base.rows + len(new), content_hash=total, pending=())
    write_record(milvus, record)
    drop(milvus, record.build + SAVED)
    return record
