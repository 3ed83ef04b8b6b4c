"""Which columns have the ids of users and of items: by content, by the tables that they join, and by their names."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np

from towhee_recsys.errors import DatasetError
from towhee_recsys.init.column import Column
from towhee_recsys.init.doubts import FEW, MANY_ROWS, doubt_of, is_epoch, why_no_ids
from towhee_recsys.init.joins import joins
from towhee_recsys.init.names import is_identifier, suggests
from towhee_recsys.init.notes import Notes
from towhee_recsys.init.table import FoundTable

Side = Literal["user", "item"]

CANDIDATES = 16
"""The most columns that are compared: those whose content is the likest to ids."""

MARGIN = 0.5
"""By how much the best choice must lead for it to be sure."""

NEVER = -20
"""The score of a column that cannot have ids."""


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
            f"{interactions.path}: given the columns {', '.join(map(_shown, columns.values())) or 'none'}, accepted: a "
            "table with a column of users and a column of items, one interaction a row. Name them with --user COLUMN "
            "and --item COLUMN."
        )
    (best, ids), second = ranked[0], next((each for each in ranked[1:] if each[1] != ranked[0][1]), None)
    unsure = second[1] if second and best - second[0] < MARGIN else None
    if unsure:
        notes.unsure["dataset", "interactions", "user"] = (
            f"users are in {ids.user!r} and items in {ids.item!r}; it may be {unsure.user!r} and {unsure.item!r}: "
            f"{shlex.join(['--user', unsure.user, '--item', unsure.item])}"
        )
    elif doubts := [
        f"{doubt}; where {side}s are in another column, give --{side} COLUMN"
        for side, name in (("user", ids.user), ("item", ids.item))
        if side not in forced and (doubt := doubt_of(columns[name]))
    ]:
        notes.unsure["dataset", "interactions", "user"] = "; ".join(doubts)
    return ids, unsure


def _shown(column: Column) -> str:
    why = why_no_ids(column)
    return f"{column.name!r} ({why})" if why else repr(column.name)


def _pairs(
    columns: Mapping[str, Column], tables: Mapping[Side, FoundTable], forced: Mapping[Side, str]
) -> Iterator[tuple[float, Ids]]:
    """Each pair of columns with its score: the higher, the likelier are they the users and the items."""
    given = forced.values()
    scores = {name: _id_score(column, name in given) for name, column in columns.items()}
    likely = sorted(columns, key=lambda name: -scores[name])[:CANDIDATES]
    users = [forced["user"]] if "user" in forced else likely
    items = [forced["item"]] if "item" in forced else likely
    joins_users = joins([columns[name] for name in users], tables.get("user"))
    joins_items = joins([columns[name] for name in items], tables.get("item"))
    for user, item in product(users, items):
        if user == item:
            continue
        of_user, of_item = joins_users[user], joins_items[item]
        score = scores[user] + scores[item] + 2 * of_user.score + 2 * of_item.score
        score += 1.2 * (suggests(user, "user") - suggests(user, "item"))
        score += 1.2 * (suggests(item, "item") - suggests(item, "user"))
        score += 0.1 * (columns[user].at < columns[item].at)
        score += 0.15 * (_is_contiguous(columns[user]) - _is_contiguous(columns[item]))
        yield score, Ids(user, item, of_user.id, of_item.id)


def _id_score(column: Column, is_given: bool) -> float:
    if column.kind in ("empty", "list", "boolean") or (not is_given and why_no_ids(column)):
        return NEVER
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


def _mean_words(column: Column) -> float:
    return float(np.mean([len(str(value).split()) for value in column.values[:1000]]))


def _is_contiguous(column: Column) -> bool:
    """Whether equal values stand together, as in a file that is sorted by the column."""
    return column.repeats >= 2 and column.runs < 1.5 * column.distinct
