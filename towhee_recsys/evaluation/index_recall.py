"""Recall of the index: Milvus' answers compared with exact search."""

from __future__ import annotations

import logging
from collections.abc import Callable
from itertools import chain

import numpy as np

from towhee_recsys.bundle import Bundle, ItemEncoder, UserEncoder
from towhee_recsys.config import Config
from towhee_recsys.data import Dataset, records
from towhee_recsys.errors import IndexMismatchError, StoreError
from towhee_recsys.model.embeddings import Embeddings, normalize
from towhee_recsys.stores.vectors import Hit, Id, VectorIndex, id_array, id_type_of, index_of, index_type

USERS, LENGTH = 1000, 10
"""The most users of the dataset that get a list each, and the items in a list."""

QUERIES = 100
"""Users in one search: the more there are, the longer Milvus Lite takes for each hit."""

log = logging.getLogger(__name__)


def index_recall(config: Config, bundle: Bundle, dataset: Dataset) -> float | None:
    """The share of exact search's ten nearest items that Milvus finds, from 0 to 1, over 1,000 users of the dataset.

    None where the live index is not of this bundle, or Milvus does not answer: another process may have it open.
    """
    try:
        index = live_index_of(config, bundle)
        if index is None:
            return None
        users = normalize(UserEncoder(bundle, "general")(records(dataset.users.head(USERS))))
        items = normalize(ItemEncoder(bundle)(records(dataset.items)))
        how = index_type(index.store, config.milvus.index.model_dump())
        added = added_items(index, dataset.item_ids)

        def search(queries: Embeddings) -> list[list[Hit]]:
            return index.search(queries, min(LENGTH, len(items)), leave_out=[added] * len(queries), how=how)

        return _share_found(search, users, items, dataset.item_ids)
    except StoreError as error:
        log.warning("without the recall of the index: %s", error)
        return None


def live_index_of(config: Config, bundle: Bundle) -> VectorIndex | None:
    """The live index; None if there is no index, or it is not of this bundle.

    Raises:
        StoreError: Milvus does not answer.
    """
    try:
        index = index_of(config.milvus, create=False)
    except IndexMismatchError:  # there is no Milvus Lite file
        return None
    return index if index.record and index.record.model_id == bundle.model_id else None


def added_items(index: VectorIndex, ids: np.ndarray) -> list[Id]:
    """The items of the live index that are not among the dataset's `ids`: they were added with `index --add`."""
    known = id_array(ids.tolist(), id_type_of(ids.tolist()))
    return index.store.ids(index.live().build, without=known).tolist()


def _share_found(
    search: Callable[[Embeddings], list[list[Hit]]], users: Embeddings, items: Embeddings, ids: np.ndarray
) -> float:
    cosines = np.asarray(users) @ np.asarray(items).T
    length = min(LENGTH, len(ids))
    tenth = np.partition(cosines, len(ids) - length, axis=1)[:, len(ids) - length]
    row_of = {key: row for row, key in enumerate(ids.tolist())}
    parts = (search(users[first : first + QUERIES]) for first in range(0, len(users), QUERIES))
    good = [
        cosines[user, row_of[hit.id]] >= tenth[user] - 1e-6  # one of equal cosines is as good as another
        for user, hits in enumerate(chain.from_iterable(parts))
        for hit in hits
    ]
    return sum(map(float, good)) / (len(users) * length)
