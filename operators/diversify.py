"""Diverse lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from towhee import register

from towhee_recsys.requests.diversity import diverse
from towhee_recsys.stores.vectors import Hit, Id, open_index

if TYPE_CHECKING:
    from towhee_recsys.requests.request import Request


@register(name="towhee_recsys/diversify")
class Diversify:
    """The hits of a request, in the order of a diverse list where its `diversity` is above 0.

        .map(("hits", "request"), "hits", ops.towhee_recsys.diversify(uri="items.db", collection="items"))

    The hits are the request's `candidates`, best first. Those of a diverse list are as many as its page and all before
    it have, chosen by maximal marginal relevance; a hit keeps its score. Other hits stay as they are, as do those
    without a request, which is None. Lists of hits with a list of requests give a list of lists.

    Args:
        uri: A Milvus Lite file, which ends in .db, or a Milvus server.
        collection: The name of the index.
        access: The credentials of a server, {"token": ..., "timeout": 10}: the settings of `milvus.access`.

    Raises:
        IndexMismatchError: the build that hits come from is gone.
        StoreError: Milvus fails.
    """

    def __init__(self, uri: str, collection: str, access: Mapping[str, Any] | None = None):
        self._index = open_index(uri, collection, access, create=False)

    def __call__(self, hits: Any, requests: Any) -> Any:
        """The hits of one request or of each of several."""
        if requests is None:
            return hits
        if not isinstance(requests, (list, tuple)):
            return hits if not requests.diversity else self([hits], [requests])[0]
        rows = [row for row, request in enumerate(requests) if request and request.diversity and hits[row]]
        if not rows:
            return hits
        vectors = self._vectors([hits[row] for row in rows])
        ordered = {row: _diverse(hits[row], requests[row], vectors) for row in rows}
        return [ordered.get(row, own) for row, own in enumerate(hits)]

    def _vectors(self, lists: Sequence[Sequence[Hit]]) -> dict[tuple[str, Id], np.ndarray]:
        """The vectors of all hits by build and id; an item that was deleted meanwhile has none."""
        found = {}
        for build in {hit.build for hits in lists for hit in hits}:
            ids = {hit.id for hits in lists for hit in hits if hit.build == build}
            found.update({(build, key): vector for key, vector in self._index.vectors(ids, build).items()})
        return found


def _diverse(hits: Sequence[Hit], request: Request, vectors: Mapping[tuple[str, Id], np.ndarray]) -> list[Hit]:
    there = [hit for hit in hits if (hit.build, hit.id) in vectors]
    scores = [hit.score for hit in there]
    array = np.array([vectors[hit.build, hit.id] for hit in there]).reshape(len(there), -1)
    return [there[row] for row in diverse(scores, array, request.diversity, request.offset + request.top_k)]
