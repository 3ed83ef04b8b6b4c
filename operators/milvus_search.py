"""Unit vectors to the items nearest to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from towhee import register

from towhee_recsys.errors import QueryError
from towhee_recsys.features.liked import liked_of
from towhee_recsys.model.embeddings import as_embeddings
from towhee_recsys.stores.vectors import checked_top_k, index_type, open_index


@register(name="towhee_recsys/milvus_search")
class MilvusSearch:
    """A unit vector, or several, to the `top_k` items of highest cosine in the index, best first.

        .map("vector", "hits", ops.towhee_recsys.milvus_search(uri="movies.db", collection="movies", top_k=10))

    float32[dim] gives a list of hits, float32[n, dim] a list of n such lists, by one search. A hit is
    `{"movie_id": int, "score": float}`, for users' vectors with `"predicted_rating"` in stars. A second input
    names, for each query, items to leave out: an id, a record with a `movie_id`, a user's record with `liked`, or a
    list of these. `access` is the way into a Milvus server, and `index` how an index of that type is searched: the
    settings of `milvus.access` and `milvus.index`.
    Raises IndexMismatchError when the index is missing, incomplete or of another model, QueryError for a wrong `top_k`.
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
        self._index = open_index(uri, collection, access)
        self._type = index_type(self._index.milvus, index)
        self._index.live()

    def __call__(self, vectors: Any, exclude: Any = None) -> Any:
        """The hits of each query."""
        vectors = as_embeddings(vectors)
        if vectors.ndim == 1:
            return self(vectors[np.newaxis], None if exclude is None else [exclude])[0]
        left_out = None if exclude is None else [_ids(each) for each in exclude]
        return self._index.search(vectors, self._top_k, left_out, self._type)


def _ids(items: Any) -> set[int]:
    if not isinstance(items, (list, tuple, set, frozenset)):
        items = [items]
    ids = [key for item in items for key in _named(item)]
    try:
        return {int(key) for key in ids if key is not None}
    except (TypeError, ValueError):
        raise QueryError(
            f"items to leave out are whole numbers or records with a movie_id; {ids!r} were given."
        ) from None


def _named(item: Any) -> list[Any]:
    if not isinstance(item, Mapping):
        return [item]
    return [item.get("movie_id"), *liked_of(item)]
