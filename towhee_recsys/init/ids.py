"""Which columns have the ids of users and of items: by content, by the tables that they join, and by their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from towhee_recsys.errors import DatasetError
from towhee_recsys.init.column import Column
from towhee_recsys.init.names import is_identifier, suggests
from towhee_recsys.init.notes import Notes
from towhee_recsys.init.table import FoundTable

Side = Literal["user", "item"]

MARGIN = 0.5
"""By how much the best choice must lead for it to be sure."""

FEW, MANY_ROWS = 12, 200
"""A column of so many rows with so few values is one of levels or types, not of ids."""

LEAST_OVERLAP = 0.2
"""The least share of the values of a column that are ids of a table, for the column to have these ids."""

EPOCH = (10**8, 5 * 10**9)
"""Whole numbers in this range may be seconds since 1970."""


@dataclass(frozen=True)
class Ids:
    """The columns with ids: those of the interactions, and those of the tables of users and items that they join."""

    user: str
    item: str
    users_id: str | None = None
    items_id: str | None = None


def find_ids(
    interactions: FoundTable, tables: Mapping[Side, FoundTable], forced: Mapping[Side, str], notes: Notes
) -> tuple[Ids, Ids | None]:
    """The likeliest columns with ids, and the next likeliest where the choice is unsure.

    `forced` names columns that were given, by "user" and "item".

    Raises:
        DatasetError: there are not two columns that can have ids.
    """
    columns = interactions.columns
    ranked = sorted(_pairs(columns, tables, forced), key=lambda pair: -pair[0])
    if not ranked or ranked[0][0] < -10:
        raise DatasetError(
            f"{interactions.path}: given the columns {', '.join(map(repr, columns)) or 'none'}, accepted: a table with "
            "a column of users and a column of items, one interaction a row. Name them with --user and --item."
        )
    (best, ids), second = ranked[0], next((each for each in ranked[1:] if each[1] != ranked[0][1]), None)
    unsure = second[1] if second and best - second[0] < MARGIN else None
    if unsure:
        notes.unsure["dataset", "interactions", "user"] = (
            f"users are in {ids.user!r} and items in {ids.item!r}; it may be {unsure.user!r} and {unsure.item!r}: "
            f"--user {unsure.user} --item {unsure.item}"
        )
    return ids, unsure


def _pairs(
    columns: Mapping[str, Column], tables: Mapping[Side, FoundTable], forced: Mapping[Side, str]
) -> Iterator[tuple[float, Ids]]:
    """Each pair of columns with its score: the higher, the likelier are they the users and the items."""
    scores = {name: _id_score(column) for name, column in columns.items()}
    joins = {(side, name): _join(columns[name], tables.get(side)) for side in ("user", "item") for name in columns}
    contiguous = {name: _is_contiguous(column) for name, column in columns.items()}
    for user in [forced["user"]] if "user" in forced else columns:
        for item in [forced["item"]] if "item" in forced else columns:
            if user == item:
                continue
            of_user, of_item = joins["user", user], joins["item", item]
            score = scores[user] + scores[item] + 2 * of_user[0] + 2 * of_item[0]
            score += 1.2 * (suggests(user, "user") - suggests(user, "item"))
            score += 1.2 * (suggests(item, "item") - suggests(item, "user"))
            score += 0.1 * (columns[user].at < columns[item].at) + 0.15 * (contiguous[user] - contiguous[item])
            yield score, Ids(user, item, of_user[1], of_item[1])


def _id_score(column: Column) -> float:
    if column.kind in ("empty", "list", "boolean"):
        return -20
    score = 0.4 * is_identifier(column.name)
    if not is_identifier(column.name):
        score -= any(suggests(column.name, role) for role in ("rating", "event", "count", "time", "title"))
    if column.kind == "date":
        score -= 2
    if column.kind == "decimal":
        score -= 1.5
    if column.kind == "whole" and not is_identifier(column.name) and is_epoch(column):
        score -= 0.7
    if column.distinct <= FEW and column.rows >= MANY_ROWS:
        score -= 0.6
    if column.distinct > 0.98 * column.rows and column.rows >= 50:
        score -= 0.8  # an id of the row itself
    if column.kind == "text" and _mean_words(column) > 3:
        score -= 1.5
    return score - 0.5 * (column.distinct == 1 and column.rows > 10)


def is_epoch(column: Column) -> bool:
    """Whether all numbers may be seconds since 1970."""
    numbers = column.numbers[np.isfinite(column.numbers)]
    return bool(len(numbers)) and bool((numbers >= EPOCH[0]).all() and (numbers <= EPOCH[1]).all())


def _mean_words(column: Column) -> float:
    return float(np.mean([len(str(value).split()) for value in column.values[:1000]]))


def _is_contiguous(column: Column) -> bool:
    """Whether equal values stand together, as in a file that is sorted by the column."""
    return column.repeats >= 2 and column.runs < 1.5 * column.distinct


def _join(column: Column, table: FoundTable | None) -> tuple[float, str | None]:
    """How well the values are ids of the table, from 0 to 1 and above for equal names, and the table's column."""
    if table is None:
        return 0, None
    found = [(_fit(column, other), other.name) for other in table.columns.values() if _may_identify(other)]
    score, name = max(found, default=(0, None), key=lambda each: each[0])
    return score, name if score else None


def _may_identify(column: Column) -> bool:
    return column.kind not in ("empty", "list", "boolean") and column.distinct >= 0.9 * column.filled > 0


def _fit(column: Column, other: Column) -> float:
    values, known = column.texts(), other.texts()
    shared = len(values & known)
    overlap, coverage = shared / max(1, len(values)), shared / max(1, len(known))
    if overlap < LEAST_OVERLAP:
        return 0
    same = 0.3 * (column.name == other.name and shared > 0)
    early = 0.01 / (1 + other.at)
    return overlap * (0.5 + 0.5 * coverage) + same + early + 0.05 * is_identifier(other.name)
