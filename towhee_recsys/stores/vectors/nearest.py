"""The rows nearest to each of several queries: which of them are searched together, and how many rows are fetched."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import cast

import numpy as np

from towhee_recsys.config.milvus import IndexType
from towhee_recsys.stores.vectors.filters import Filter
from towhee_recsys.stores.vectors.index_types import EXACT
from towhee_recsys.stores.vectors.protocol import MAX_TOP_K, Found
from towhee_recsys.stores.vectors.records import IndexRecord
from towhee_recsys.stores.vectors.rows import Id, checked_ids
from towhee_recsys.stores.vectors.vector_cache import VectorCache

log = logging.getLogger(__name__)

QUERIES_AT_ONCE = 500
"""Queries of one call: Milvus Lite takes 88 ms for two calls of 500, and 123 ms for one of 1,000."""

SMALL_EXTRA = 16
"""A limit is enlarged by this much at least where anything is left out, so that queries share few groups."""

CALL = 1000
"""A call takes as long as fetching so many more rows: 1.2 ms, and 0.4 to 0.9 µs a row, in Milvus Lite 2.5."""

FIRST_EXTRA = 64
"""A limit is enlarged by this much at first, or by a quarter of the ids to leave out: few of those are the nearest."""

MOST_FILTERED = 65_536
"""The most ids that a store filters by: of the longest ids they are half of what a Milvus server takes in one call."""


@dataclass(frozen=True, slots=True)
class Question:
    """What one query wants: how many rows, without which ids, and what they must match."""

    top_k: int
    without: frozenset[Id]
    where: Filter | None


def nearest_rows(cache: VectorCache, queries: np.ndarray, questions: Sequence[Question], how: IndexType) -> list[Found]:
    """The rows nearest to each query float32[n, dim]: `top_k` of them, or fewer where no more are as it wants.

    Queries with equal filters that leave out about as many ids are searched together: a long list enlarges the search
    of others only where that takes less time than a call of its own.

    Raises:
        StoreError: the store fails.
    """
    store, build = cache.store, cache.build
    found: list[Found] = [[] for _ in questions]
    limits = {row: _limits(each.top_k, len(each.without)) for row, each in enumerate(questions)}
    for attempt in range(2):
        short = {}
        for limit, where, rows in _groups({row: each[attempt] for row, each in limits.items()}, questions):
            lists = store.search(build, queries.take(rows, axis=0), limit, how, where=where)
            for row, hits in zip(rows, lists, strict=True):
                question = questions[row]
                found[row] = [hit for hit in hits if hit[0] not in question.without][: question.top_k]
                if len(found[row]) < question.top_k and len(hits) == limit:
                    short[row] = limits[row]
        limits = short
    for row in limits:
        found[row] = _beyond_the_limit(cache, queries[row : row + 1], questions[row], how, found[row])
    if how.type != EXACT.type:
        for row, question in enumerate(questions):
            if question.where and len(found[row]) < question.top_k:
                found[row] = _exact_nearest(cache, queries[row], question, found[row])
    return found


def _beyond_the_limit(cache: VectorCache, query: np.ndarray, question: Question, how: IndexType, found: Found) -> Found:
    """The rows nearest to a query float32[1, dim] that leaves out more ids than a store returns rows."""
    top_k, without, where = question.top_k, question.without, question.where
    if len(without) <= MOST_FILTERED:
        return cache.store.search(cache.build, query, top_k, how, without, where)[0]
    log.warning(
        "a query has %d ids to leave out, of which a search can skip %d: it gets %d items of %d",
        *(len(without), MOST_FILTERED, len(found), top_k),
    )
    return found


def _exact_nearest(cache: VectorCache, query: np.ndarray, question: Question, found: Found) -> Found:
    """The rows nearest to float32[dim] of all that match a filter, where the type of index has `found` too few.

    Such types look at a part of the rows, in which few may match. Where more than 16,384 match, `found` stays.
    """
    ids = cache.store.matching(cache.build, question.where or Filter())
    if len(ids) == MAX_TOP_K:
        return found
    vectors = cache.vectors([key for key in ids if key not in question.without])
    if len(vectors) <= len(found):
        return found
    keys, scores = list(vectors), np.einsum("ij,j->i", np.array(list(vectors.values())), query)
    best = np.argsort(-scores, kind="stable")[: question.top_k].tolist()
    return [(keys[row], float(scores[row])) for row in best]


def id_set(ids: Collection[Id], record: IndexRecord) -> frozenset[Id]:
    """The ids to leave out, checked. A known user leaves out hundreds; whole numbers are checked all at once."""
    if not len(ids):
        return frozenset()
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


def _groups(limits: Mapping[int, int], questions: Sequence[Question]) -> Iterator[tuple[int, Filter | None, list[int]]]:
    """Each limit and filter, with the numbers of its queries; 500 at most.

    Queries with equal filters join those of the next limit where that takes less time than a call of their own.
    """
    groups: dict[Filter | None, dict[int, list[int]]] = {}
    for row, limit in limits.items():
        groups.setdefault(questions[row].where, {}).setdefault(limit, []).append(row)
    for where, of_limit in groups.items():
        rows: list[int] = []
        ascending = sorted(of_limit)
        for limit, larger in zip_longest(ascending, ascending[1:]):
            rows += of_limit[limit]
            if larger is None or len(rows) * (larger - limit) > CALL:
                for first in range(0, len(rows), QUERIES_AT_ONCE):
                    yield limit, where, rows[first : first + QUERIES_AT_ONCE]
                rows = []
