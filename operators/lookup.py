"""Hits to recommendations."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from towhee import register

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.catalogue import Item, open_catalogue
from towhee_recsys.stores.vectors import REBUILD, Hits

log = logging.getLogger(__name__)


@register(name="towhee_recsys/lookup")
class Lookup:
    """Hits to recommendations: rank, movie_id, title, year, genres, score and, for users, predicted_rating.

        .map("hits", "movies", ops.towhee_recsys.lookup(catalogue="sqlite:///movies.sqlite"))

    The hits of one query give a list, a list of several queries' hits a list of lists, by one round trip. A hit whose
    facts the catalogue lacks is left out and logged; where the hits come from a search, the next ones fill its place.
    Raises StoreError, also when the catalogue knows none of the hits.
    """

    def __init__(self, catalogue: str):
        self._catalogue = open_catalogue(catalogue)
        self._catalogue.must_have_items()

    def __call__(self, hits: Sequence[Any]) -> list[Any]:
        """The recommendations, in the order of the hits."""
        if not hits or isinstance(hits[0], Mapping):
            return self([hits])[0]
        version = next((query.build for query in hits if isinstance(query, Hits)), None)
        wanted = {hit["movie_id"] for query in hits for hit in query}
        facts = self._facts(wanted, version)
        if len(facts) < len(wanted):
            log.warning("the catalogue lacks %d of %d items found", len(wanted) - len(facts), len(wanted))
        items = [_ranked(self._filled(query, facts), facts) for query in hits]
        if wanted and not facts:
            raise StoreError(f"the catalogue knows none of the {len(wanted)} items found. {REBUILD}")
        return items

    def _facts(self, ids: Iterable[int], version: str | None) -> dict[int, Item]:
        wanted = list(ids)
        return {key: item for key, item in zip(wanted, self._catalogue.get(wanted, version), strict=True) if item}

    def _filled(self, hits: Sequence[Any], facts: dict[int, Item]) -> list[Any]:
        """The hits that have facts; `facts` gets those of the further ones that take the place of the others."""
        known, last, count = [hit for hit in hits if hit["movie_id"] in facts], hits, len(hits)
        while len(known) < len(hits) and isinstance(last, Hits):
            last = last.further(count)
            if not last:
                break
            facts |= self._facts((hit["movie_id"] for hit in last), last.build)
            known += [hit for hit in last if hit["movie_id"] in facts]
            count *= 2  # of a catalogue that knows hardly any, all is asked in few steps
        return known[: len(hits)]


def _ranked(hits: Sequence[Mapping[str, Any]], facts: Mapping[int, Item]) -> list[dict[str, Any]]:
    return [{"rank": rank, **facts[hit["movie_id"]], **hit} for rank, hit in enumerate(hits, start=1)]
