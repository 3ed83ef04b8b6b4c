"""The interactions of a table: who, what, how much and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from towhee_recsys.config import DataSchema
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.data.pairs import repeated
from towhee_recsys.data.sources.lines import ONE_RATING, BadLine
from towhee_recsys.data.sources.table.ids import Known, rows_of
from towhee_recsys.data.sources.table.load import load_table
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.data.sources.table.values import times_of, values_of
from towhee_recsys.errors import DatasetError


@dataclass(frozen=True, eq=False)
class LoadedInteractions:
    """The interactions by the rows of `users` and `items`: those given, else those in the table."""

    interactions: Interactions
    users: Known
    items: Known
    raw: RawTable


def read_interactions(schema: DataSchema, users: Known | None, items: Known | None) -> LoadedInteractions:
    """The interactions of the known `users` and `items`, or of all that come where there are no such tables.

    They are the rows of the table, of one user and item any number unless the declaration refuses duplicates. Rows of
    weight 0 are left out.

    Raises:
        DatasetError: the file is missing or unreadable, lacks a declared column or has a bad row (strict reading), or
            too many of them (lenient reading); or nothing is left.
    """
    declared = schema.interactions
    columns = {key: getattr(declared, key) for key in ("user", "item", "rating", "event", "count", "time")}
    raw = load_table(schema, "interactions", {column for column in columns.values() if column})
    if raw is None:
        raise DatasetError("dataset.interactions.path: missing, accepted: the file with the interactions")
    raw.must_have((f"dataset.interactions.{key}", column) for key, column in columns.items() if column)
    user, all_users = rows_of(raw, declared.user, "user", users)
    item, all_items = rows_of(raw, declared.item, "item", items)
    values, times = values_of(raw, schema), times_of(raw, declared.time, declared.time_unit)
    if declared.duplicate_rule == "error":
        _refuse_duplicates(raw, user, item, all_users, all_items)
    raw.close()
    good = raw.good if declared.rating else raw.good & (values != 0)
    user, item, values, times = user[good], item[good], values[good], times[good]
    if not declared.rating and not (values > 0).any():
        raise DatasetError(f"{raw.name}: all interactions have the weight 0 or less; give an event a weight above 0")
    user, used_users = (user, users) if users else _used(all_users, user)
    item, used_items = (item, items) if items else _used(all_items, item)
    return LoadedInteractions(Interactions.of(user, item, values, times), used_users, used_items, raw)


def _refuse_duplicates(raw: RawTable, user: np.ndarray, item: np.ndarray, users: Known, items: Known) -> None:
    again = np.zeros(len(user), dtype=bool)
    again[raw.good] = repeated(user[raw.good], item[raw.good])

    def problem(row: int) -> BadLine:
        [user_id], [item_id] = users.ids[[user[row]]].tolist(), items.ids[[item[row]]].tolist()
        found = (
            f"duplicate rating: user {user_id!r} and item {item_id!r} came before; accepted: one rating for each pair"
        )
        return BadLine("duplicate rating", found, cure=ONE_RATING)

    raw.refuse(again, problem)


def _used(known: Known, rows: np.ndarray) -> tuple[np.ndarray, Known]:
    """`rows` among those ids of `known` that they are of, and these ids, in their order."""
    used = np.unique(rows)
    return np.searchsorted(used, rows), Known(known.ids[used], known.type, known.table)
