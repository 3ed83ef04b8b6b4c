"""What a search gives: hits, which know the build that they come from, and what comes after them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypedDict

import numpy as np

from towhee_recsys.errors import QueryError
from towhee_recsys.index.collection import MAX_TOP_K
from towhee_recsys.model.vectors import Vectors


class Hit(TypedDict, total=False):
    """One found movie: its id, the cosine with the query and, for a user's query, the predicted stars."""

    movie_id: int
    score: float
    predicted_rating: float


class Hits(list[Hit]):
    """The hits of one query. The catalogue has the facts of their movies under the name of their `build`."""

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


def with_stars(found: Sequence[Any], query: Vectors, known: Mapping[int, np.ndarray]) -> list[Hit]:
    """Milvus' rows with the stars that the query's user would give, as far as its model can tell.

    `known` are the movies' vectors; they are needed where the query brings along another vector for stars.
    """
    hits: list[Hit] = [{"movie_id": row["id"], "score": float(row["distance"])} for row in found]
    rated = query if query.rating is None else query.rating
    if hits and rated.origin and rated.origin.calibration:
        cosines = [hit["score"] for hit in hits]
        if query.rating is not None:
            cosines = np.array([known[row["id"]] for row in found]) @ np.asarray(rated)
        for hit, stars in zip(hits, rated.origin.calibration.stars(cosines), strict=True):
            hit["predicted_rating"] = float(stars)
    return hits
