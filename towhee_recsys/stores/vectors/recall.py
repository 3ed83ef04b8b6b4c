"""The recall of a build: measured against exact search, and kept by a search that is as wide as it takes."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace

import numpy as np

from towhee_recsys.config.milvus import IndexType
from towhee_recsys.stores.vectors.index_types import EXACT
from towhee_recsys.stores.vectors.protocol import VectorStore
from towhee_recsys.stores.vectors.records import IndexRecord
from towhee_recsys.stores.vectors.rows import Id
from towhee_recsys.stores.vectors.widening import LENGTH, Trial, narrowest, widths

SAMPLE = 400
"""Items that search for themselves, where no other queries are given."""

CHUNK = 8192
"""Rows that are read at once for the exact search: 8 MB of vectors of 256 numbers."""

SAME = 1e-6
"""Cosines that differ by less are equal: one of equal items is as good as another."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RecallTarget:
    """The share of the exact ten nearest that searches must find, and how they are to begin.

    Attributes:
        recall: The share, above 0 and at most 1.
        index: The type of index, with the least `ef` or `nprobe`.
        queries: Unit vectors float32[n, dim] as searches have, such as users' vectors; None takes items' own vectors.
    """

    recall: float
    index: IndexType
    queries: np.ndarray | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Exact:
    """Queries float32[n, dim], and the cosine float32[n] of the last of the nearest `length` items of each.

    An item that is its own query is one of them, and is not counted: `own` is 1 for such queries, otherwise 0.
    """

    queries: np.ndarray
    last: np.ndarray
    length: int
    own: int


def with_recall(store: VectorStore, record: IndexRecord, ids: np.ndarray, target: RecallTarget) -> IndexRecord:
    """`record` with the narrowest tried search whose recall on a sample is surely that of `target`, and the recall.

    The build holds the rows of `ids`. It is searched when its index is complete, which takes minutes for millions of
    rows. Where no width is enough, a warning is logged, and the narrowest whose recall is near the highest is recorded.
    An exact index stays as it is, and so does one that is empty.

    Raises:
        StoreError: the store fails.
    """
    if record.index == EXACT.type or record.index != target.index.type or not len(ids):
        return record
    store.wait_until_indexed(record.build)
    exact = exact_nearest(store, record.build, ids, target.queries)
    vectors: dict[Id, np.ndarray] = {}

    def trial(settings: dict[str, int]) -> Trial:
        shares = recall_of(store, record.build, exact, target.index.model_copy(update=settings), vectors)
        return Trial.of(settings, shares)

    chosen = narrowest(map(trial, widths(target.index, len(ids))), target.recall)
    log.info("%s: %s", record.build, chosen)
    if chosen.surely < target.recall:
        log.warning(
            "%s: %s, and no wider search has clearly more: milvus.recall %s does not hold. Raise M and efConstruction, "
            "or nlist, or take another index.type, and index again.",
            *(record.build, chosen, target.recall),
        )
    return replace(record, recall=chosen.recall, search=chosen.settings)


def exact_nearest(store: VectorStore, build: str, ids: np.ndarray, queries: np.ndarray | None = None) -> Exact:
    """The exact search over the rows of `ids`, read in chunks: memory does not grow with them.

    Raises:
        StoreError: the store fails.
    """
    own = int(queries is None)
    if queries is None:
        drawn = np.random.default_rng(0).choice(len(ids), min(len(ids), SAMPLE), replace=False)
        queries = store.rows(build, ids[np.sort(drawn)]).vectors
    length = min(LENGTH + own, len(ids))
    nearest = np.full((len(queries), length), -np.inf, np.float32)
    for first in range(0, len(ids), CHUNK):
        cosines = queries @ store.rows(build, ids[first : first + CHUNK]).vectors.T
        both = np.concatenate([nearest, cosines], axis=1)
        nearest = np.partition(both, both.shape[1] - length, axis=1)[:, -length:]
    return Exact(queries, nearest.min(axis=1), length, own)


def recall_of(
    store: VectorStore, build: str, exact: Exact, index: IndexType, vectors: dict[Id, np.ndarray]
) -> np.ndarray:
    """The share float64[n] of the exact nearest items that a search finds for each query.

    `vectors` keeps what was read of the build: a score of an index with a byte a number is no exact cosine.

    Raises:
        StoreError: the store fails.
    """
    found = store.search(build, exact.queries, exact.length, index)
    lacking = sorted({key for hits in found for key, _ in hits if key not in vectors}, key=str)
    read = store.rows(build, lacking)
    vectors.update(zip(read.ids.tolist(), read.vectors, strict=True))
    shares = np.ones(len(found))
    if exact.length > exact.own:
        for row, hits in enumerate(found):
            cosines = np.array([vectors[key] @ exact.queries[row] for key, _ in hits])
            good = int(np.count_nonzero(cosines >= exact.last[row] - SAME))
            shares[row] = max(0, good - exact.own) / (exact.length - exact.own)
    return shares
