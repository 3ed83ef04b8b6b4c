"""The most popular items."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from towhee import register

from towhee_recsys.model.embeddings import Embeddings, as_embeddings
from towhee_recsys.requests import Request, filters_of
from towhee_recsys.stores.vectors import Filter, Hit, Id, checked_top_k, open_index


@register(name="towhee_recsys/popular_items")
class PopularItems:
    """The hits of a user of whom the model knows nothing become the most popular items; other users keep their hits.

        .map(("user", "vector", "leave_out", "hits"), "hits", ops.towhee_recsys.popular_items(...))
        .map(("user", "vector", "leave_out", "hits", "request"), "hits", ops.towhee_recsys.popular_items(...))

    Nothing is known of a record without an id that the model knows, without a column of users and without `liked`.
    The items are those that most users of the training data liked, recently where the dataset declares a half-life,
    without the ids to leave out. The `score` of a hit is its popularity relative to the most popular item's, from 0
    to 1. Where there are too few, the list ends with the nearest of the other items, with the score 0.

    A list of users with lists of their vectors, ids to leave out and hits gives a list of lists of hits. A last input
    has requests, which say which items may be recommended and how many, in the place of `top_k`.

    Args:
        model_dir: The folder of the model, whose vectors the hits were found by.
        uri: A Milvus Lite file, which ends in .db, or a Milvus server.
        collection: The name of the index.
        top_k: How many items each user gets, from 1 to 16,384.
        access: The credentials of a server, {"token": ..., "timeout": 10}: the settings of `milvus.access`.

    Raises:
        BundleError: there is no model in `model_dir` that can be used; when the operator is built.
        IndexMismatchError: no build is of this model.
        QueryError: a wrong `top_k`, or a record that the model cannot take.
        StoreError: Milvus fails.
    """

    def __init__(
        self,
        model_dir: str,
        uri: str,
        collection: str,
        top_k: int = 10,
        access: Mapping[str, Any] | None = None,
    ):
        from towhee_recsys.bundle import UserEncoder, load_bundle, popular_items

        bundle = load_bundle(model_dir)
        self._encoder, self._popular = UserEncoder(bundle, "general"), popular_items(bundle)
        self._index, self._top_k = open_index(uri, collection, access, create=False), checked_top_k(top_k)

    def __call__(self, users: Any, vectors: Any, leave_out: Any, hits: Any, requests: Any = None) -> Any:
        """The hits of one user or of each of several."""
        alone = not isinstance(users, (list, tuple))
        rows = [row for row, knows in enumerate(self._encoder.knows([users] if alone else users).tolist()) if not knows]
        if not rows:
            return hits
        if alone:
            requests = None if requests is None else [requests]
            return self._replaced([0], as_embeddings(vectors)[None], [leave_out], [hits], requests)[0]
        return self._replaced(rows, as_embeddings(vectors), leave_out, hits, requests)

    def _replaced(
        self,
        rows: list[int],
        vectors: Embeddings,
        leave_out: Sequence[Collection[Id]],
        hits: Sequence[Sequence[Hit]],
        requests: Sequence[Request] | None,
    ) -> list[Sequence[Hit]]:
        """`hits`, with the popular items for the users at `rows`."""
        lists = list(hits)
        counts = [self._top_k if requests is None else requests[row].candidates for row in rows]
        users = vectors[rows]
        where = [None] * len(rows) if requests is None else filters_of([requests[row] for row in rows], users)
        popular = self._popular_hits(users, [leave_out[row] for row in rows], counts, where)
        for row, found, count in zip(rows, popular, counts, strict=True):
            lists[row] = _filled_up(found, hits[row], count)
        return lists

    def _popular_hits(
        self,
        vectors: Embeddings,
        leave_out: Sequence[Collection[Id]],
        counts: Sequence[int],
        where: Sequence[Filter | None],
    ) -> list[list[Hit]]:
        """So many popular items for each of `vectors`: what the index lacks, or a filter, is replaced by the next."""
        without, wanted = [set(ids) for ids in leave_out], list(counts)
        while True:
            lists = [self._most_popular(ids, count) for ids, count in zip(without, wanted, strict=True)]
            found = self._index.hits_of(vectors, lists, where)
            lost = [
                {key for key, _ in each} - {hit.id for hit in hits} for each, hits in zip(lists, found, strict=True)
            ]
            if not any(lost):
                return [hits[:count] for hits, count in zip(found, counts, strict=True)]
            without = [ids | more for ids, more in zip(without, lost, strict=True)]
            wanted = [2 * count for count in wanted]

    def _most_popular(self, leave_out: Collection[Id], count: int) -> list[tuple[Id, float]]:
        return list(islice((each for each in self._popular.items() if each[0] not in leave_out), count))


def _filled_up(found: list[Hit], nearest: Sequence[Hit], count: int) -> list[Hit]:
    """`found`, and as many of the other `nearest` hits as make `count`."""
    ids = {hit.id for hit in found}
    others = [replace(hit, score=0.0) for hit in nearest if hit.id not in ids]
    return [*found, *others][:count]
