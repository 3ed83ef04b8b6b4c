"""Columns whose content is that of values, not of ids."""

from __future__ import annotations

import numpy as np

from towhee_recsys.init.column import Column
from towhee_recsys.init.names import is_identifier, suggests, words_of
from towhee_recsys.init.texts import list_separator

FEW, MANY_ROWS = 12, 200
"""A column of so many rows with so few values is one of levels or types, not of ids."""

ROW_TITLES = 20
"""From so many rows on, titles that all differ are those of a table of items."""

YEARS = (1000, 2999)
EPOCH = (10**8, 5 * 10**9)
"""Whole numbers in this range may be seconds since 1970."""


def why_no_ids(column: Column) -> str:
    """Why a column cannot have ids, unless it was given as such; empty where it can."""
    if column.kind in ("empty", "list", "boolean"):
        return {"empty": "empty", "list": "lists", "boolean": "true or false"}[column.kind]
    if is_identifier(column.name):
        return ""
    if column.kind == "date" or (suggests(column.name, "time") and is_epoch(column)):
        return "dates or times"
    if column.is_numeric and suggests(column.name, "rating"):
        return "a rating"
    if column.is_numeric and "year" in words_of(column.name) and _are_years(column):
        return "years"
    if suggests(column.name, "user") or suggests(column.name, "item"):
        return ""
    if column.kind == "text" and suggests(column.name, "title") and _differs(column):
        return "titles, one a row"
    return "lists of words" if list_separator(column) is not None else ""


def doubt_of(column: Column) -> str:
    """Why a column may have no ids: few values in many rows, and a name without a hint; empty without a doubt."""
    is_named = is_identifier(column.name) or suggests(column.name, "user") or suggests(column.name, "item")
    if is_named or column.distinct > FEW or column.rows < MANY_ROWS:
        return ""
    return f"{column.name!r} has {column.distinct} values in {column.rows:,} rows, few for ids"


def is_epoch(column: Column) -> bool:
    """Whether all numbers may be seconds since 1970."""
    return _are_within(column, EPOCH)


def _are_years(column: Column) -> bool:
    return _are_within(column, YEARS)


def _are_within(column: Column, bounds: tuple[int, int]) -> bool:
    numbers = column.numbers[np.isfinite(column.numbers)]
    return bool(len(numbers)) and bool((numbers >= bounds[0]).all() and (numbers <= bounds[1]).all())


def _differs(column: Column) -> bool:
    return column.rows >= ROW_TITLES and column.distinct > 0.98 * column.rows
