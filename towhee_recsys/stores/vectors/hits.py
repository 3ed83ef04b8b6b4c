"""What a search gives: hits, which know the build that they come from, and what comes after them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, TypedDict

import numpy as np

from towhee_recsys.errors import QueryError
<<<<<<< HEAD
from towhee_recsys.model.embeddings import Embeddings
from towhee_recsys.stores.vectors.milvus.collection import MAX_TOP_K
=======
from towhee_recsys.model.vectors import Vectors
from towhee_recsys.stores.vectors.milvus.store import MAX_TOP_K
>>>>>>> 46530a4 (Vector store: modules named after what they hold; progress is observed and reported)


class Hit(TypedDict, total=False):
    """One found item: its id, the cosine with the query and, for a user's query, the predicted stars."""

    movie_id: int
    score: float
    predicted_rating: float


class Hits(list[Hit]):
    """The hits of one query. The catalogue has the facts of their items under the name of their `build`."""

    def __init__(self, hits: Iterable[Hit], build: str, after: Callable[[int], Hits] | None = None):
        super().__init__(hits)
        self.build, self._after = build, after

    def further(self, count: int) -> Hits:
        """The `count` hits that come after these, fewer where there are no more; searched for now. Raises StoreError.

        They can be asked for further ones in turn.
        """
        return self._after(count) if self._after else Hits((), self.build)


def checked_top_k(top_k: Any) -> int:
    """`top_k` itself, a whole number from 1 to 16,384. Raises QueryError for anything else."""
    if isinstance(top_k, bool) or not isinstance(top_k, (int, np.integer)) or not 1 <= top_k <= MAX_TOP_K:
        raise QueryError(f"top_k {top_k!r} is not acceptable: give a whole number from 1 to {MAX_TOP_K}.")
    return int(top_k)


def hits_of(found: Sequence[Sequence[Any]], queries: Embeddings, known: Mapping[int, np.ndarray]) -> list[list[Hit]]:
    """Milvus' rows for each query, with the stars that its user would give, as far as the model can tell.

    `known` are the items' vectors; they are needed where queries bring along other vectors for stars.
    """
    hits: list[list[Hit]] = [[{"movie_id": row["id"], "score": row["distance"]} for row in rows] for rows in found]
    every, model = list(chain.from_iterable(hits)), queries.model
    if every and model and model.calibration:
        own = queries.rating is None
        cosines = np.array([hit["score"] for hit in every]) if own else _cosines(hits, queries.for_rating, known)
        for hit, stars in zip(every, model.calibration.ratings(cosines).tolist(), strict=True):
            hit["predicted_rating"] = stars
    return hits


def _cosines(hits: Sequence[Sequence[Hit]], queries: np.ndarray, known: Mapping[int, np.ndarray]) -> np.ndarray:
    """Of every hit, one after the other, with its query float32[n, dim]: float32[hits]."""
    lines = {key: line for line, key in enumerate(known)}
    items = np.array(list(known.values()))[[lines[hit["movie_id"]] for each in hits for hit in each]]
    return np.einsum("ij,ij->i", items, np.repeat(queries, [len(each) for each in hits], axis=0))
