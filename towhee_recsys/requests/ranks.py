"""The rank of an item among all items of an index, by exact scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from towhee_recsys.data.items import Id
from towhee_recsys.stores.vectors import EXACT, MAX_TOP_K, IndexRecord, Rows, VectorStore, all_ids

Fields = Mapping[str, Any]
"""The fields of an item in the index, by their names."""


@dataclass(frozen=True, slots=True)
class Rank:
    """The rank of an item.

    Attributes:
        of_all: Among all items of the index, from 1.
        of_allowed: Among those that no rule keeps out, as if it were one of them.
        items: The items in the index.
    """

    of_all: int
    of_allowed: int
    items: int


def better_items(store: VectorStore, record: IndexRecord, user: np.ndarray, key: Id, score: float) -> list[Id]:
    """The ids of all items of a build with a higher score than an item's.

    An index whose searches are exact is searched. Else, or where more are better than a search gives, all are read.

    Args:
        store: The store of the build.
        record: The build.
        user: The user's unit vector, float32[dim].
        key: The item's id, which is never among them; it need not be in the build.
        score: Its cosine with `user`.

    Raises:
        StoreError: the store fails.
    """
    if record.index == EXACT.type:
        [hits] = store.search(record.build, user[np.newaxis], MAX_TOP_K)
        score = next((own for other, own in hits if other == key), score)  # rounded as those of the others are
        above = [other for other, own in hits if own > score and other != key]
        if len(hits) < MAX_TOP_K or len(above) < len(hits):
            return above
    parts = (rows.ids[rows.vectors @ user > score].tolist() for rows in _all_rows(store, record.build))
    return [other for part in parts for other in part if other != key]


def rank_among(
    store: VectorStore,
    record: IndexRecord,
    above: Sequence[Id],
    with_fields: bool,
    allows: Callable[[Id, Fields], bool],
) -> Rank:
    """The rank of an item below those of `above`, which are in the build.

    Args:
        store: The store of the build.
        record: The build.
        above: The ids of the better items.
        with_fields: Whether `allows` needs the fields of items, which are read then.
        allows: Whether an item with an id and fields may be recommended.

    Raises:
        StoreError: the store fails.
    """
    if with_fields:
        starts = range(0, len(above), MAX_TOP_K)
        parts = (store.rows(record.build, above[first : first + MAX_TOP_K]) for first in starts)
        allowed = sum(allows(key, fields_of(rows, row)) for rows in parts for row, key in enumerate(rows.ids.tolist()))
    else:
        allowed = sum(allows(key, {}) for key in above)
    return Rank(len(above) + 1, allowed + 1, record.rows)


def fields_of(rows: Rows, row: int) -> dict[str, Any]:
    """The fields of one of `rows`, by their names."""
    return {name: values[row] for name, values in rows.fields.items()}


def _all_rows(store: VectorStore, build: str) -> Iterator[Rows]:
    """All rows of a build, at most 16,384 at a time."""
    ids = all_ids(store, build)
    for first in range(0, len(ids), MAX_TOP_K):
        yield store.rows(build, ids[first : first + MAX_TOP_K])
