"""The interactions of a table: who, what, how much and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from towhee_recsys.config import DataSchema
from towhee_recsys.data.sources.lines import BadLine
from towhee_recsys.data.sources.table.ids import Known, rows_of
from towhee_recsys.data.sources.table.load import load_table
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.data.sources.table.values import times_of, values_of
from towhee_recsys.errors import DatasetError


@dataclass(frozen=True, eq=False)
class LoadedInteractions:
    """`Dataset.interactions` as `frame`, and the ids of the users and the items: those given, else those in it."""

    frame: pd.DataFrame
    users: Known
    items: Known
    raw: RawTable


def read_interactions(schema: DataSchema, users: Known | None, items: Known | None) -> LoadedInteractions:
    """The interactions of the known `users` and `items`, or of all that come where there are no such tables.

    Ratings stand as they come. Implicit feedback is added up by user and item, with the latest of its times; rows of
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
    if declared.rating:
        _refuse_duplicates(raw, user, item, all_users, all_items)
    raw.close()
    frame = pd.DataFrame({"user": user, "item": item, "value": values, "time": times})[raw.good]
    if not declared.rating:
        frame = _added_up(frame[frame["value"] > 0])
    if frame.empty:
        raise DatasetError(f"{raw.name}: all interactions have the weight 0; give an event a weight above 0")
    return LoadedInteractions(
        _with_ids(frame, all_users, all_items),
        users or _used(all_users, frame["user"]),
        items or _used(all_items, frame["item"]),
        raw,
    )


def _refuse_duplicates(raw: RawTable, user: np.ndarray, item: np.ndarray, users: Known, items: Known) -> None:
    again = np.zeros(len(user), dtype=bool)
    again[raw.good] = _pairs(user[raw.good], item[raw.good]).duplicated().to_numpy()

    def problem(row: int) -> BadLine:
        pair = f"user {users.ids[user[row]]!r} and item {items.ids[item[row]]!r}"
        return BadLine("duplicate rating", f"duplicate rating: {pair} came before; accepted: one rating for each pair")

    raw.refuse(again, problem)


def _added_up(frame: pd.DataFrame) -> pd.DataFrame:
    groups = frame.groupby(["user", "item"], sort=False, as_index=False)
    return groups.agg({"value": "sum", "time": "max"})


def _pairs(user: np.ndarray, item: np.ndarray) -> pd.Series:
    """One number for each pair of rows."""
    return pd.Series(user * (item.max(initial=0) + 1) + item)


def _used(known: Known, rows: pd.Series) -> Known:
    """Of `known` the ids at `rows`, in their order."""
    return Known(known.ids[np.unique(rows.to_numpy())], known.type, known.table)


def _with_ids(frame: pd.DataFrame, users: Known, items: Known) -> pd.DataFrame:
    columns = {
        "user": users.ids[frame["user"].to_numpy()],
        "item": items.ids[frame["item"].to_numpy()],
        "value": frame["value"].to_numpy(np.float32),
        "time": frame["time"].to_numpy(np.int64),
    }
    return pd.DataFrame(columns)
