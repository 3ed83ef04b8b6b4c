"""One search in one build: the queries in groups, and the hits of each."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np

from towhee_recsys.config.milvus import IndexType
from towhee_recsys.errors import QueryError
from towhee_recsys.model.embeddings import Embeddings, as_embeddings, must_be_unit
from towhee_recsys.stores.vectors.filtered import filters_in, kept_by
from towhee_recsys.stores.vectors.filters import Filter
from towhee_recsys.stores.vectors.index_types import at_least
from towhee_recsys.stores.vectors.nearest import Question, id_set, nearest_rows
from towhee_recsys.stores.vectors.protocol import MAX_TOP_K
from towhee_recsys.stores.vectors.records import IndexRecord
from towhee_recsys.stores.vectors.rows import Id
from towhee_recsys.stores.vectors.vector_cache import VectorCache


@dataclass(frozen=True, slots=True)
class Hit:
    """One item that was found.

    Attributes:
        id: The item's id.
        score: Its cosine with the query.
        predicted_rating: The rating that the user would give it; None where the query's model does not predict one.
        build: The build that it comes from; the catalogue has the facts of its items under the same name.
        predicted_rating_std: The standard deviation of the predicted rating's error; None where it is not known.
    """

    id: Id
    score: float
    predicted_rating: float | None = None
    build: str = ""
    predicted_rating_std: float | None = None


@dataclass(frozen=True)
class SearchRequest:
    """A checked search: unit vectors, and for each of them the number of hits, the ids to leave out and the filter.

    `where` is None where nothing is filtered; `how` says how wide to search.
    """

    vectors: Embeddings
    top_k: Sequence[int]
    leave_out: Sequence[Collection[Id]]
    how: IndexType | None
    where: Sequence[Filter | None] | None


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
    parts = [vectors.search] if vectors.rating is None else [vectors.search, vectors.rating]
    must_be_unit(np.concatenate(parts), [f"query {row}" for row in range(len(vectors))] * len(parts))
    if leave_out is not None and len(leave_out) != len(vectors):
        raise QueryError(f"{len(vectors)} queries need as many lists of ids to leave out; {len(leave_out)} were given.")
    if where is not None and len(where) != len(vectors):
        raise QueryError(f"{len(vectors)} queries need as many filters, or None; {len(where)} were given.")
    counts = checked_top_ks(top_k, len(vectors))
    return SearchRequest(vectors, counts, leave_out or [()] * len(vectors), how, where)


def checked_top_ks(top_k: Any, queries: int) -> list[int]:
    """`top_k` for each of so many `queries`: one number for all of them, or a list.

    Raises:
        QueryError: a number is not acceptable, or there are not as many as queries.
    """
    if not isinstance(top_k, (list, tuple, np.ndarray)):
        return [checked_top_k(top_k)] * queries
    if len(top_k) != queries:
        raise QueryError(f"{queries} queries need as many numbers top_k, or one; {len(top_k)} were given.")
    return [checked_top_k(each) for each in top_k]


def checked_top_k(top_k: Any) -> int:
    """`top_k` itself.

    Raises:
        QueryError: it is not a whole number from 1 to 16,384.
    """
    if isinstance(top_k, bool) or not isinstance(top_k, (int, np.integer)) or not 1 <= top_k <= MAX_TOP_K:
        raise QueryError(f"top_k {top_k!r} is not acceptable: give a whole number from 1 to {MAX_TOP_K}.")
    return int(top_k)


def search_build(
    record: IndexRecord, cache: VectorCache, request: SearchRequest, default: IndexType
) -> list[list[Hit]]:
    """The hits of each query, all from the build of `record`; `default` is its type of index with default settings.

    A search is at least as wide as the search settings of the record, with which the recall was measured. An item that
    is deleted during the search is left out where its vector is needed for a rating.

    Raises:
        QueryError: an id to leave out is not of the index's type, or a filter is not acceptable.
        StoreError: the store fails.
    """
    how = request.how if request.how and request.how.type == record.index else default
    how = at_least(how, record.search)
    filters = filters_in(record, request.where, len(request.vectors))
    without = [id_set(ids, record) for ids in request.leave_out]
    questions = [Question(*each) for each in zip(request.top_k, without, filters, strict=True)]
    found = nearest_rows(cache, request.vectors.search, questions, how)
    if request.vectors.rating is None:
        return _hits(found, request.vectors, record.build)
    items = cache.vectors({key for hits in found for key, _ in hits})
    found = [[hit for hit in hits if hit[0] in items] for hits in found]
    return _hits(found, request.vectors, record.build, items)


def hits_of(
    record: IndexRecord,
    cache: VectorCache,
    vectors: Embeddings,
    lists: Sequence[Sequence[tuple[Id, float]]],
    where: Sequence[Filter | None] | None = None,
) -> list[list[Hit]]:
    """The hits of given items and scores, a list for each of `vectors`, without items that the build lacks.

    Items that have expired, or do not match the filter of their list in `where`, are left out, too.

    Raises:
        QueryError: a filter is not acceptable.
        StoreError: the store fails.
    """
    kept = kept_by(cache.store, record, [[key for key, _ in each] for each in lists], where)
    items = cache.vectors(set().union(*kept))
    found = [[hit for hit in each if hit[0] in ids and hit[0] in items] for each, ids in zip(lists, kept, strict=True)]
    return _hits(found, vectors, record.build, items)


ScoredIds = Sequence[Sequence[tuple[Id, float]]]
"""The ids and scores of the items that each query has found."""


def _hits(
    found: ScoredIds, queries: Embeddings, build: str, items: Mapping[Id, np.ndarray] | None = None
) -> list[list[Hit]]:
    """The hits of what was found. Ratings are predicted by `items`' vectors, or by the scores without them."""
    ratings, deviations = _ratings(found, queries, items), _deviations(found, queries)
    return [[Hit(key, score, next(ratings), build, next(deviations)) for key, score in hits] for hits in found]


def _ratings(found: ScoredIds, queries: Embeddings, items: Mapping[Id, np.ndarray] | None) -> Iterator[float | None]:
    """The predicted rating of each hit in turn."""
    count = sum(map(len, found))
    if not count or queries.model is None or queries.model.calibration is None:
        return repeat(None)
    if items is None:
        cosines = np.array([score for hits in found for _, score in hits])
    else:
        pairs = zip(found, queries.for_rating, strict=True)
        # not `@`, which rounds a row by how many others there are: an item's rating does not depend on its page
        chosen = [(np.array([items[key] for key, _ in hits]), user) for hits, user in pairs if hits]
        cosines = np.concatenate([np.einsum("ij,j->i", vectors, user) for vectors, user in chosen])
    return iter(queries.model.calibration.ratings(cosines).tolist())


def _deviations(found: ScoredIds, queries: Embeddings) -> Iterator[float | None]:
    """The standard deviation of each predicted rating in turn."""
    variances = queries.model.item_variances if queries.model else None
    if variances is None or queries.variances is None:
        return repeat(None)
    of_users = queries.variances.tolist()
    return (
        math.sqrt(of_user * variances.of(key)) for of_user, hits in zip(of_users, found, strict=True) for key, _ in hits
    )
