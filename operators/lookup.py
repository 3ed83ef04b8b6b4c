"""Hits to recommendations."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from towhee import register

from towhee_recsys.catalogue import Movie, open_catalogue
from towhee_recsys.errors import StoreError
from towhee_recsys.index import REBUILD, Hits

log = logging.getLogger(__name__)


@register(name="towhee_recsys/lookup")
class Lookup:
    """Hits to recommendations: rank, movie_id, title, year, genres, score and, for users, predicted_rating.

        .map("hits", "movies", ops.towhee_recsys.lookup(catalogue="sqlite:///movies.sqlite"))

    The hits of one query give a list, a list of several queries' hits a list of lists, by one round trip.
    A hit that the catalogue does not know is left out. Raises StoreError, also when it knows none of them.
    """

    def __init__(self, catalogue: str):
        self._catalogue = open_catalogue(catalogue)
        self._catalogue.must_have_movies()

    def __call__(self, hits: Sequence[Any]) -> list[Any]:
        """The recommendations, in the order of the hits."""
        if not hits or isinstance(hits[0], Mapping):
            return self([hits])[0]
        wanted = list({hit["movie_id"]: None for query in hits for hit in query})
        version = next((query.build for query in hits if isinstance(query, Hits)), None)
        facts = {key: movie for key, movie in zip(wanted, self._catalogue.get(wanted, version), strict=True) if movie}
        if wanted and not facts:
            raise StoreError(f"the catalogue knows none of the {len(wanted)} movies found. {REBUILD}")
        if len(facts) < len(wanted):
            log.warning("the catalogue lacks %d of %d movies found", len(wanted) - len(facts), len(wanted))
        return [_ranked([hit for hit in query if hit["movie_id"] in facts], facts) for query in hits]


def _ranked(hits: Sequence[Mapping[str, Any]], facts: Mapping[int, Movie]) -> list[dict[str, Any]]:
    return [{"rank": rank, **facts[hit["movie_id"]], **hit} for rank, hit in enumerate(hits, start=1)]
