"""The filters of one search or one count in a build."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from towhee_recsys.data.items import EXPIRY
from towhee_recsys.stores.vectors.filters import Clause, Filter, checked_filter
from towhee_recsys.stores.vectors.protocol import MAX_TOP_K, VectorStore
from towhee_recsys.stores.vectors.records import IndexRecord
from towhee_recsys.stores.vectors.rows import Id

IDS_AT_ONCE = 1024
"""Ids that are looked for by one call."""


def filters_in(record: IndexRecord, where: Sequence[Filter | None] | None, queries: int) -> Sequence[Filter | None]:
    """The checked filter of each query, which leaves out items that have expired; None where all items may be found.

    Raises:
        QueryError: a filter is not acceptable for the fields or the ids of this build.
    """
    expires = EXPIRY in record.fields
    if not expires and not any(where or ()):
        return [None] * queries
    fields = {name: kind for name, kind in record.fields.items() if name != EXPIRY}
    checked = {each: checked_filter(each, fields, record.id_type) for each in set(where or ()) if each}
    now = (Clause(EXPIRY, "until", time.time()),) if expires else ()
    made = {each: Filter(known.clauses + now, known.only) for each, known in checked.items()}
    return [made[each] if each else Filter(now) or None for each in where or [None] * queries]


def count_matching(store: VectorStore, record: IndexRecord, where: Filter) -> int:
    """The number of a build's items that match a filter and have not expired.

    Raises:
        QueryError: a filter is not acceptable for this build.
        StoreError: the store fails.
    """
    [checked] = filters_in(record, [where], 1)
    return store.count(record.build, checked)


def kept_by(
    store: VectorStore, record: IndexRecord, lists: Sequence[Iterable[Id]], where: Sequence[Filter | None] | None
) -> list[set[Id]]:
    """Those ids of each list that its filter keeps; without a filter all of them.

    Raises:
        QueryError: a filter is not acceptable for this build.
        StoreError: the store fails.
    """
    filters = filters_in(record, where, len(lists))
    return [
        _matching(store, record.build, set(ids), each) if each else set(ids)
        for ids, each in zip(lists, filters, strict=True)
    ]


def _matching(store: VectorStore, build: str, ids: set[Id], where: Filter) -> set[Id]:
    wanted = ids if where.only is None else ids.intersection(where.only)
    if len(wanted) > IDS_AT_ONCE and len(found := store.matching(build, where)) < MAX_TOP_K:
        return wanted.intersection(found)  # all that match are fewer than what is looked for
    listed, kept = list(wanted), set[Id]()
    for first in range(0, len(listed), IDS_AT_ONCE):
        kept.update(store.matching(build, Filter(where.clauses, frozenset(listed[first : first + IDS_AT_ONCE]))))
    return kept
