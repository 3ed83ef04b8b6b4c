"""Unit vectors to the items nearest to them."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from towhee import register

from towhee_recsys.errors import QueryError
from towhee_recsys.model.embeddings import as_embeddings
from towhee_recsys.requests import filters_of
from towhee_recsys.requests.filter_counts import described, filter_counts
from towhee_recsys.stores.vectors import checked_top_k, index_type, open_index

log = logging.getLogger(__name__)


@register(name="towhee_recsys/milvus_search")
class MilvusSearch:
    """A unit vector, or several, to the `top_k` items of highest cosine in the index, best first.

        .map("vector", "hits", ops.towhee_recsys.milvus_search(uri="items.db", collection="items", top_k=10))
        .map(("vector", "leave_out", "request"), "hits", ops.towhee_recsys.milvus_search(...))    # of read_request

    float32[dim] gives a list of hits, float32[n, dim] a list of n such lists. A hit has an `id`, a `score`, the `build`
    that it is from and, for users' vectors, a `predicted_rating`. A second input has the ids of items to leave out: a
    list of ids for one vector, a list of such lists for several. A third input has requests, one for each vector, that
    say which items may be found and how many, in the place of `top_k`.

    Args:
        uri: A Milvus Lite file, which ends in .db, or a Milvus server.
        collection: The name of the index.
        top_k: How many items each vector gets, from 1 to 16,384.
        access: The credentials of a server, {"token": ..., "timeout": 10}: the settings of `milvus.access`.
        index: How an index of that type is searched: the settings of `milvus.index`.

    Raises:
        IndexMismatchError: the index is missing, incomplete or of another model.
        QueryError: a wrong `top_k`, vectors that are not unit, or ids of another type than the index has.
        StoreError: Milvus fails.
    """

    def __init__(
        self,
        uri: str,
        collection: str,
        top_k: int = 10,
        access: Mapping[str, Any] | None = None,
        index: Mapping[str, Any] | None = None,
    ):
        self._top_k = checked_top_k(top_k)
        self._index = open_index(uri, collection, access, create=False)
        self._type = index_type(self._index.store, index)
        self._index.live()

    def __call__(self, vectors: Any, leave_out: Any = None, requests: Any = None) -> Any:
        """The hits of each query."""
        queries = as_embeddings(vectors)
        if queries.ndim == 1:
            lists = None if leave_out is None else [leave_out]
            return self(queries[np.newaxis], lists, None if requests is None else [requests])[0]
        lists = None if leave_out is None else [_checked_list(each) for each in leave_out]
        if requests is None:
            return self._index.search(queries, self._top_k, lists, self._type)
        counts = [each.candidates for each in requests]
        where = filters_of(requests, queries)
        found = self._index.search(queries, counts, lists, self._type, where)
        answered = zip(where, (each.max_std for each in requests), found, strict=True)
        for unmet, max_std in {(given, std) for given, std, hits in answered if given and not hits}:
            counts_left = filter_counts(unmet, self._index, queries.model, queries.shape[-1], max_std)
            log.warning("nothing is left to recommend: %s", described(counts_left))
        return found


def _checked_list(ids: Any) -> Collection[Any]:
    if not isinstance(ids, (list, tuple, set, frozenset, np.ndarray)):
        raise QueryError(
            f"{ids!r:.200} was given to leave out; a list of ids is accepted, one such list for each vector."
        )
    return ids
