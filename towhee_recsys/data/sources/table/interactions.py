"""The interactions of a table: who, what, how much and when."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from towhee_recsys.config import DataSchema
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.data.sources.bad_rows import BadRows
from towhee_recsys.data.sources.table.good_rows import GoodRows
from towhee_recsys.data.sources.table.ids import Known, RowNumbers
from towhee_recsys.data.sources.table.load import load_parts, load_regular_parts
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.data.sources.table.regular import NotRegularError
from towhee_recsys.data.sources.table.values import times_of, values_of
from towhee_recsys.errors import DatasetError

PART = 1 << 19
"""Rows of a part: some dozen megabytes."""

ROLES = ("user", "item", "rating", "event", "count", "time")


@dataclass(frozen=True, eq=False)
class LoadedInteractions:
    """The interactions by the rows of `users` and `items`: those given, else those in the table; and its digest.

    Where they come split, `bad_later` has the bad rows of the later parts.
    """

    interactions: Interactions
    users: Known
    items: Known
    bad: BadRows
    digest: bytes | None = None
    bad_later: Sequence[BadRows] = ()


def read_interactions(
    schema: DataSchema, users: Known | None, items: Known | None, part: int = PART
) -> LoadedInteractions:
    """The interactions of the known `users` and `items`, or of all that come where there are no such tables.

    They are the rows of the table, of one user and item any number unless the declaration refuses duplicates. Rows of
    weight 0 are left out. The table is read in parts of about `part` rows.

    Raises:
        DatasetError: the file is missing or unreadable, lacks a declared column or has a bad row (strict reading), or
            too many of them (lenient reading); or nothing is left.
    """
    with suppress(NotRegularError, DatasetError):
        return _read(schema, users, items, part, load_regular_parts)
    return _read(schema, users, items, part, load_parts)


def _read(
    schema: DataSchema,
    users: Known | None,
    items: Known | None,
    part: int,
    load: Callable[[DataSchema, str, Collection[str], int], Iterator[RawTable]],
) -> LoadedInteractions:
    declared = schema.interactions
    named = [(f"dataset.interactions.{role}", column) for role in ROLES if (column := getattr(declared, role))]
    user_numbers = RowNumbers(declared.user, "user", users)
    item_numbers = RowNumbers(declared.item, "item", items)
    found, digest = GoodRows(explicit=bool(declared.rating)), None
    for raw in load(schema, "interactions", {column for _, column in named}, part):
        raw.must_have(named)
        digest = raw.digest
        user, item = user_numbers.of(raw), item_numbers.of(raw)
        found.add(raw, user, item, values_of(raw, schema), times_of(raw, declared.time, declared.time_unit))
    user, item, values, times = found.arrays()
    user, all_users = user_numbers.finish(user)
    item, all_items = item_numbers.finish(item)
    if declared.duplicate_rule == "error":
        kept = found.refuse_duplicates(user, item, all_users, all_items)
        user, item, values, times = user[kept], item[kept], values[kept], times[kept]
    bad = found.close()
    if not declared.rating and not (values > 0).any():
        raise DatasetError(f"{bad.name}: all interactions have the weight 0 or less; give an event a weight above 0")
    user, used_users = (user, users) if users else _used(all_users, user)
    item, used_items = (item, items) if items else _used(all_items, item)
    return LoadedInteractions(Interactions.of(user, item, values, times), used_users, used_items, bad, digest)


def _used(known: Known, rows: np.ndarray) -> tuple[np.ndarray, Known]:
    """`rows` among those ids of `known` that they are of, and these ids, in their order."""
    used = np.bincount(rows, minlength=len(known.ids)) > 0
    if used.all():
        return rows, known
    return (np.cumsum(used) - 1)[rows], Known(known.ids[used], known.type, known.table)
