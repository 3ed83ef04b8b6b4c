"""Items into the live build and out of it, found or gone at once; a kill at any moment loses nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

<<<<<<< HEAD:towhee_recsys/stores/vectors/incremental.py
from towhee_recsys.model.embeddings import as_embeddings
from towhee_recsys.stores.vectors.filling import now, start_build
=======
from towhee_recsys.stores.vectors.build import now, start_build
>>>>>>> 46530a4 (Vector store: modules named after what they hold; progress is observed and reported):towhee_recsys/stores/vectors/live_changes.py
from towhee_recsys.stores.vectors.index import ItemIndex
from towhee_recsys.stores.vectors.locks import release
from towhee_recsys.stores.vectors.milvus.types import EXACT, IndexType
from towhee_recsys.stores.vectors.pending import AT_ONCE, put, remove, settle
from towhee_recsys.stores.vectors.records import IndexRecord, Receipt
from towhee_recsys.stores.vectors.rows import check_ids, check_rows, content, hashes, model_of
from towhee_recsys.stores.vectors.versions import switch
from towhee_recsys.support.progress import report_progress


def insert_live(index: ItemIndex, ids: Sequence[int], vectors: np.ndarray, how: IndexType = EXACT) -> Receipt:
    """Upserts unit vectors float32[n, dim] into the live build; where there is none it begins, of type `how`.

    What a killed process leaves of it is a part of the rows, each whole: the call can be repeated. Raises QueryError
    as `insert` does, and IndexMismatchError when the live index is of another model.
    """
    check_rows(ids, vectors)
    with index.writing:
        live = index.versions(newest=True).live or _first(index, vectors, how)
        index.match(live, as_embeddings(vectors).model, vectors.shape[1])
        live = settle(index.milvus, live)
        for first in range(0, len(ids), AT_ONCE):
            part = ids[first : first + AT_ONCE]
            live = put(index.milvus, live, part, vectors[first : first + AT_ONCE])
            report_progress(len(part))
        index.versions(newest=True)
        keys = np.asarray(ids, dtype=np.int64)
        return Receipt(live.build, model_of(vectors), vectors.shape[1], keys, hashes(keys, vectors))


def delete_live(index: ItemIndex, ids: Sequence[int]) -> int:
    """Deletes items from the live build and gives how many rows there were of them; kept builds are as they were.

    It can be repeated after a kill. Raises QueryError for ids that are no whole numbers, IndexMismatchError when there
    is no index.
    """
    check_ids(ids)
    with index.writing:
        before = live = settle(index.milvus, index.live_in(index.versions(newest=True)))
        for first in range(0, len(ids), AT_ONCE):
            live = remove(index.milvus, live, ids[first : first + AT_ONCE])
        index.versions(newest=True)
        return before.rows - live.rows


def _first(index: ItemIndex, vectors: np.ndarray, how: IndexType) -> IndexRecord:
    build = start_build(index, model_of(vectors), vectors.shape[1], how)
    record = IndexRecord(
        index.collection, build, model_of(vectors), vectors.shape[1], "IP", 0, content([]), how.type, now()
    )
    switch(index.milvus, record)
    release(build)
    return record
