"""Hits to recommendations."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from towhee import register

from towhee_recsys.errors import IndexMismatchError, QueryError
from towhee_recsys.requests import Request
from towhee_recsys.stores.catalogue import Facts, Id, open_catalogue
from towhee_recsys.stores.vectors import REBUILD

log = logging.getLogger(__name__)

Found = dict[str, dict[Id, Facts | None]]
"""The facts by build and id; None where the catalogue lacks them."""


@register(name="towhee_recsys/lookup")
class Lookup:
    """Hits to recommendations: rank, the item's facts, score and, where the hit has them, the predicted rating and std.

        .map("hits", "items", ops.towhee_recsys.lookup(catalogue="sqlite:///items.sqlite"))
        .map(("hits", "request"), "items", ops.towhee_recsys.lookup(...))      # of read_request

    `predicted_rating_std` is the standard deviation of the predicted rating's error: two of three ratings are nearer.

    The hits of one query give a list of dicts, a list of several queries' hits a list of lists, in one round trip for
    each build that hits come from. With a request, the hits of its page are looked up: `top_k` of them, from its
    `offset` on. A hit whose facts the catalogue lacks is left out with a warning.

    Raises:
        StoreError: the catalogue cannot be opened.
    """

    def __init__(self, catalogue: str):
        self._catalogue = open_catalogue(catalogue)

    def __call__(self, hits: Sequence[Any], requests: Any = None) -> list[Any]:
        """The recommendations, in the order of the hits.

        Raises:
            QueryError: `hits` are not hits, or a hit names no build.
            IndexMismatchError: a build that hits come from is gone: the catalogue has no facts of it at all.
            StoreError: the catalogue cannot be read.
        """
        if isinstance(requests, Request):
            return self([hits], [requests])[0]
        if not hits:
            return []
        if not isinstance(hits[0], Sequence):
            return self([hits])[0]
        offsets = [0] * len(hits) if requests is None else [request.offset for request in requests]
        if requests is not None:
            hits = [query[request.page] for query, request in zip(hits, requests, strict=True)]
        facts = self._facts(hits)
        found = [each for by_id in facts.values() for each in by_id.values()]
        if missing := found.count(None):
            log.warning(
                "the catalogue lacks the facts of %d of the %d items found; they are left out", missing, len(found)
            )
        return [_ranked(query, facts, offset) for query, offset in zip(hits, offsets, strict=True)]

    def _facts(self, queries: Sequence[Sequence[Any]]) -> Found:
        """The facts of all hits, by build and id."""
        wanted: dict[str, dict[Id, None]] = {}
        try:
            for query in queries:
                for hit in query:
                    wanted.setdefault(hit.build, {})[hit.id] = None
        except (AttributeError, TypeError):
            raise QueryError(
                "lookup takes hits as milvus_search returns them, or lists of such hits: records with id, score, "
                "predicted_rating and build."
            ) from None
        if not all(wanted):
            raise QueryError(
                "lookup was given a hit without a build, so that its facts cannot be found. Give it the hits of "
                "milvus_search, which name their builds."
            )
        facts: Found = {}
        for build, ids in wanted.items():
            found = self._catalogue.get(ids, build)
            if not any(found) and not self._catalogue.count(build):
                raise IndexMismatchError(
                    f"{build} is gone: the catalogue {self._catalogue.url!r} has no facts of it. {REBUILD}"
                )
            facts[build] = dict(zip(ids, found, strict=True))
        return facts


def _ranked(query: Sequence[Any], facts: Found, offset: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for hit in query:
        found = facts[hit.build][hit.id]
        if not found:
            continue
        items.append(item := {"rank": offset + len(items) + 1, **found, "score": hit.score})
        if hit.predicted_rating is not None:
            item["predicted_rating"] = hit.predicted_rating
            if hit.predicted_rating_std is not None:
                item["predicted_rating_std"] = hit.predicted_rating_std
    return items
