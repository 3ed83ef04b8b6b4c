"""One search in one build: the queries in groups, and the hits of each."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

import numpy as np

from towhee_recsys.config.milvus import IndexType
from towhee_recsys.errors import QueryError
from towhee_recsys.model.embeddings import Embeddings, ModelRef, as_embeddings, must_be_unit
from towhee_recsys.stores.vectors.filtered import matching_ids, nearest_matching
from towhee_recsys.stores.vectors.filters import Filter, check_filter
from towhee_recsys.stores.vectors.protocol import MAX_TOP_K, VectorStore
from towhee_recsys.stores.vectors.records import IndexRecord
from towhee_recsys.stores.vectors.rows import Id, checked_ids
from towhee_recsys.support.forks import new_lock

log = logging.getLogger(__name__)

QUERIES_AT_ONCE = 500
"""Queries of one call: Milvus Lite takes 88 ms for two calls of 500, and 123 ms for one of 1,000."""

SMALL_EXTRA = 16
"""A limit is enlarged by this much at least where anything is left out, so that queries share few groups."""

FIRST_EXTRA = 64
"""A limit is enlarged by this much at first, or by a quarter of the ids to leave out: few of those are the nearest."""

MOST_FILTERED = 65_536
"""The most ids that a store filters by: of the longest ids they are half of what a Milvus server takes in one call."""

CACHE_BYTES = 64 * 2**20
"""Bytes of vectors that are kept of a build: those of 65,536 items with 256 numbers."""

LAG = 1.0
"""Seconds for which a shared store may return rows older than the record that it has already returned."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One item that was found.

    Attributes:
        id: The item's id.
        score: Its cosine with the query.
        predicted_rating: The rating that the user would give it; None where the query's model does not predict one.
        build: The build that it comes from; the catalogue has the facts of its items under the same name.
    """

    id: Id
    score: float
    predicted_rating: float | None = None
    build: str = ""


@dataclass(frozen=True)
class SearchRequest:
    """A checked search: unit vectors, and for each of them the number of hits, the ids to leave out and the filter.

    `where` is None where nothing is filtered; `how` says how wide to search.
    """

    vectors: Embeddings
    top_k: Sequence[int]
    leave_out: Sequence[Collection[Id]]
    how: IndexType | None
    where: Sequence[Filter | None]


def search_request(
    queries: Any,
    top_k: int | Sequence[int],
    leave_out: Sequence[Collection[Id]] | None = None,
    how: IndexType | None = None,
    where: Sequence[Filter | None] | None = None,
) -> SearchRequest:
    """The checked arguments of `VectorIndex.search`.

    Raises:
        QueryError: a wrong `top_k`, vectors that are not of length 1, or not as many of anything as queries.
    """
    vectors = as_embeddings(queries)
    names = [f"query {row}" for row in range(len(vectors))]
    for part in (vectors.search, vectors.rating):
        if part is not None:
            must_be_unit(part, names)
    if leave_out is not None and len(leave_out) != len(vectors):
        raise QueryError(f"{len(vectors)} queries need as many lists of ids to leave out; {len(leave_out)} were given.")
    if where is not None and len(where) != len(vectors):
        raise QueryError(f"{len(vectors)} queries need as many filters, or None; {len(where)} were given.")
    counts = checked_top_ks(top_k, len(vectors))
    return SearchRequest(vectors, counts, leave_out or [()] * len(vectors), how, where or [None] * len(vectors))


def checked_top_ks(top_k: Any, queries: int) -> list[int]:
    """`top_k` for each of so many `queries`: one number for all of them, or a list. Raises QueryError."""
    if not isinstance(top_k, (list, tuple, np.ndarray)):
        return [checked_top_k(top_k)] * queries
    if len(top_k) != queries:
        raise QueryError(f"{queries} queries need as many numbers top_k, or one; {len(top_k)} were given.")
    return [checked_top_k(each) for each in top_k]


def checked_top_k(top_k: Any) -> int:
    """`top_k` itself, a whole number from 1 to 16,384. Raises QueryError for anything else."""
    if isinstance(top_k, bool) or not isinstance(top_k, (int, np.integer)) or not 1 <= top_k <= MAX_TOP_K:
        raise QueryError(f"top_k {top_k!r} is not acceptable: give a whole number from 1 to {MAX_TOP_K}.")
    return int(top_k)


class VectorCache:
    """Vectors of a build that searches have read, for as long as its record is the same. Safe under threads."""

    def __init__(self, store: VectorStore, record: IndexRecord):
        self.store, self._build = store, record.build
        self._settled = time.monotonic() + (LAG if store.shared else 0)
        self._most = max(1, CACHE_BYTES // (4 * record.dim))
        self._kept: dict[Id, np.ndarray] = {}
        self._keeping = new_lock()

    def __len__(self) -> int:
        return len(self._kept)

    def vectors(self, ids: Collection[Id]) -> dict[Id, np.ndarray]:
        """The vectors float32[dim] of those of `ids` that are there; only new ones are read. Raises StoreError."""
        kept = self._kept
        known = {key: kept[key] for key in ids if key in kept}
        if len(known) < len(ids):
            settled = time.monotonic() >= self._settled
            rows = self.store.rows(self._build, [key for key in ids if key not in known], latest=False)
            read = dict(zip(rows.ids.tolist(), rows.vectors, strict=True))
            if settled:
                self._keep(read)
            known |= read
        return known

    def _keep(self, read: dict[Id, np.ndarray]) -> None:
        with self._keeping:
            if len(self._kept) + len(read) > self._most:
                self._kept = {}  # a new one: another thread may be reading the old
            self._kept.update(islice(read.items(), self._most))


def search_build(
    store: VectorStore, record: IndexRecord, cache: VectorCache, request: SearchRequest, usual: IndexType
) -> list[list[Hit]]:
    """The hits of each query, all from the build of `record`; `usual` is used where `request` has no type.

    Queries that leave out about as many ids are searched together: a long list does not enlarge the search of others.
    An item that is deleted during the search is left out where its vector is needed for a rating.

    Raises:
        QueryError: an id to leave out is not of the index's type.
        StoreError: the store fails.
    """
    how = request.how if request.how and request.how.type == record.index else usual
    for where in filter(None, request.where):
        check_filter(where, record.fields, record.id_type)
    without = [_id_set(ids, record) for ids in request.leave_out]
    found = _nearest(store, record.build, request, how, without)
    if request.vectors.rating is None:
        return _hits(found, _ratings(found, request.vectors.model), record.build)
    items = cache.vectors({key for hits in found for key, _ in hits})
    found = [[hit for hit in hits if hit[0] in items] for hits in found]
    return _hits(found, _ratings(found, request.vectors.model, request.vectors.rating, items), record.build)


def hits_of(
    record: IndexRecord,
    cache: VectorCache,
    vectors: Embeddings,
    lists: Sequence[Sequence[tuple[Id, float]]],
    where: Sequence[Filter | None] | None = None,
) -> list[list[Hit]]:
    """The hits of given items and scores, a list for each of `vectors`, without items that the build lacks.

    Items that do not match the filter of their list in `where` are left out, too.

    Raises:
        StoreError: the store fails.
    """
    items = cache.vectors({key for each in lists for key, _ in each})
    found = [[hit for hit in each if hit[0] in items] for each in lists]
    for row, each in enumerate(where or ()):
        if each:
            check_filter(each, record.fields, record.id_type)
            kept = matching_ids(cache.store, record.build, [key for key, _ in found[row]], each)
            found[row] = [hit for hit in found[row] if hit[0] in kept]
    return _hits(found, _ratings(found, vectors.model, vectors.for_rating, items), record.build)


def _nearest(
    store: VectorStore, build: str, request: SearchRequest, how: IndexType, without: Sequence[Collection[Id]]
) -> list[list[tuple[Id, float]]]:
    """The `top_k` nearest rows of each query that are not among its ids of `without`; fewer where there are no more."""
    found: list[list[tuple[Id, float]]] = [[] for _ in without]
    top_k = request.top_k
    for row, where in enumerate(request.where):
        if where:
            query = request.vectors.search[row]
            found[row] = nearest_matching(store, build, query, top_k[row], where, without[row])
    limits = {row: _limits(top_k[row], len(ids)) for row, ids in enumerate(without) if not request.where[row]}
    for attempt in range(2):
        short = {}
        for limit, rows in _groups({row: each[attempt] for row, each in limits.items()}):
            for row, hits in zip(rows, store.search(build, request.vectors.search[rows], limit, how), strict=True):
                found[row] = [hit for hit in hits if hit[0] not in without[row]][: top_k[row]]
                if len(found[row]) < top_k[row] and len(hits) == limit:
                    short[row] = limits[row]
        limits = short
    for row in limits:
        if len(without[row]) <= MOST_FILTERED:
            query = request.vectors.search[row : row + 1]
            [found[row]] = store.search(build, query, top_k[row], how, without=without[row])
        else:
            log.warning(
                "a query has %d ids to leave out, of which a search can skip %d: it gets %d items of %d",
                *(len(without[row]), MOST_FILTERED, len(found[row]), top_k[row]),
            )
    return found


def _id_set(ids: Collection[Id], record: IndexRecord) -> frozenset[Id]:
    """The ids to leave out, checked. A known user leaves out hundreds; whole numbers are checked all at once."""
    if record.id_type == "int" and {*map(type, ids)} == {int}:
        numbers = cast("Collection[int]", ids)
        if min(numbers) >= -(2**63) and max(numbers) < 2**63:
            return frozenset(ids)
    return frozenset(checked_ids(ids, record.id_type).tolist())


def _limits(top_k: int, left_out: int) -> tuple[int, int]:
    """How many hits a query fetches at first, and, if too few of them remain, in a second search.

    The second is enough unless it is the most that a store returns. Both are rounded up: queries share few limits.
    """
    if not left_out:
        return top_k, top_k
    enough = max(SMALL_EXTRA, _power_of_2(left_out))
    first = min(enough, max(FIRST_EXTRA, _power_of_2(left_out // 4 + 1)))
    return min(top_k + first, MAX_TOP_K), min(top_k + enough, MAX_TOP_K)


def _power_of_2(count: int) -> int:
    """The lowest power of 2 that is not below `count`, which is above 0."""
    return 1 << (count - 1).bit_length()


def _groups(limits: Mapping[int, int]) -> Iterator[tuple[int, list[int]]]:
    """Each of the limits, with the numbers of its queries; 500 at most."""
    groups: dict[int, list[int]] = {}
    for row, limit in limits.items():
        groups.setdefault(limit, []).append(row)
    for limit, rows in groups.items():
        for first in range(0, len(rows), QUERIES_AT_ONCE):
            yield limit, rows[first : first + QUERIES_AT_ONCE]


def _ratings(
    found: Sequence[Sequence[tuple[Id, float]]],
    model: ModelRef | None,
    queries: np.ndarray | None = None,
    items: Mapping[Id, np.ndarray] | None = None,
) -> Iterator[float | None]:
    """The predicted rating of each hit in turn: by its score, or by the cosine of `queries` and `items`."""
    count = sum(map(len, found))
    if not count or model is None or model.calibration is None:
        return iter([None] * count)
    if queries is None or items is None:
        cosines = np.array([score for hits in found for _, score in hits])
    else:
        rows = {key: row for row, key in enumerate(items)}
        chosen = np.array(list(items.values()))[[rows[key] for hits in found for key, _ in hits]]
        cosines = np.einsum("ij,ij->i", chosen, np.repeat(queries, [len(hits) for hits in found], axis=0))
    return iter(model.calibration.ratings(cosines).tolist())


def _hits(found: Sequence[Sequence[tuple[Id, float]]], ratings: Iterator[float | None], build: str) -> list[list[Hit]]:
    return [[Hit(key, score, next(ratings), build) for key, score in hits] for hits in found]
