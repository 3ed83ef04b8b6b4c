"""What routes read of the stores, about items, users and the build that answers; each call is made in a thread."""

from __future__ import annotations

from typing import Any

from towhee_recsys.bundle.towers import loaded
from towhee_recsys.data.item_ids import item_id
from towhee_recsys.errors import IndexMismatchError, QueryError
from towhee_recsys.requests import request_filter_counts
from towhee_recsys.service.errors import NotFoundError
from towhee_recsys.service.recommender import Recommender
from towhee_recsys.stores.vectors import REBUILD, IndexRecord, must_be_whole


def item_facts(recommender: Recommender, given: str) -> dict[str, Any]:
    """The facts of the item with an id, as text, in the build that answers.

    Raises:
        NotFoundError: the index has no such item.
        StoreError: a store fails.
    """
    record, column = recommender.record, recommender.config.dataset.items.id
    try:
        [facts] = recommender.catalogue.get([item_id(given, record.id_type, column)], record.build)
    except QueryError as error:
        raise NotFoundError(str(error)) from None
    if facts is None:
        raise NotFoundError(f"there is no item {given!r:.200} in the index. GET /items?query= finds some by title.")
    return dict(facts)


def search_items(recommender: Recommender, query: str, limit: int) -> list[dict[str, Any]]:
    """The facts of at most `limit` items with titles like `query`, the best match first; of ids without titles.

    Raises:
        StoreError: the catalogue cannot be read.
    """
    record = recommender.record
    ids = [key for key, _ in recommender.titles.of(record).search(query, limit)]
    return [dict(facts) for facts in recommender.catalogue.get(ids, record.build) if facts]


def filter_counts(recommender: Recommender, request: dict[str, Any]) -> list[dict[str, Any]]:
    """How many items each part of a request's filter leaves on its own.

    Raises:
        StoreError: the index cannot be read.
    """
    return request_filter_counts(request, recommender.bundle, recommender.index, recommender.config.requests.max_std)


def knows_user(recommender: Recommender, given: str) -> bool:
    """Whether the model that answers was trained on the user with an id, as text."""
    return given in loaded(recommender.bundle, "user").rows


def checked_record(recommender: Recommender) -> IndexRecord:
    """The record of the build that answers, after checking that it has all items, facts, a history and its model.

    It is the live build, or, where the model of that one cannot serve, the last of the model that does.

    Raises:
        IndexMismatchError: something is missing.
        StoreError: a store fails.
    """
    record = recommender.record
    if not record.pending:
        must_be_whole(recommender.index.store, record, REBUILD)
    if (items := recommender.catalogue.count(record.build)) < record.rows:
        lacking = f"{recommender.catalogue} has {items:,} of the {record.rows:,} items of {record.build}."
        raise IndexMismatchError(f"{lacking} {REBUILD}")
    if not recommender.history.exists(record.build):
        raise IndexMismatchError(f"{recommender.history} has nothing of {record.build}. {REBUILD}")
    recommender.feedback.hidden()
    return record
