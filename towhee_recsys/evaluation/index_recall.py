"""Recall of the index: Milvus' answers compared with exact search."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np

from towhee_recsys.bundle import Bundle, ItemEncoder, UserEncoder
from towhee_recsys.config import Config
from towhee_recsys.data import Dataset, records
from towhee_recsys.errors import IndexMismatchError, StoreError
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.stores.vectors import Id, VectorIndex, id_array, id_type_of, index_of, index_type

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
        top_k = min(LENGTH, len(items))
        parts = [users[first : first + QUERIES] for first in range(0, len(users), QUERIES)]
        found = [index.search(part, top_k, leave_out=[added] * len(part), how=how) for part in parts]
        lists = [[hit.id for hit in hits] for hits in chain.from_iterable(found)]
        return share_found(lists, np.asarray(users), np.asarray(items), dataset.item_ids.tolist())
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


def share_found(lists: Iterable[Sequence[Id]], users: np.ndarray, items: np.ndarray, ids: Sequence[Id]) -> float:
    """The share of the exact ten that the lists have, where of equally near items one is as good as another.

    Args:
        lists: Of each user the items that were found; those that are not among `ids` are skipped.
        users: float32[users, dim], the queries.
        items: float32[items, dim], what exact search goes through.
        ids: The items' ids.
    """
    cosines = users @ items.T
    length, row_of = min(LENGTH, len(ids)), {key: row for row, key in enumerate(ids)}
    last = np.partition(cosines, -length, axis=1)[:, -length]
    known = ([row_of[key] for key in found if key in row_of][:length] for found in lists)
    good = [cosines[user, row] >= last[user] - 1e-6 for user, rows in enumerate(known) for row in rows]
    return float(np.sum(good) / (len(users) * length))
