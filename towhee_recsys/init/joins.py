"""How well columns of the interactions have the ids of a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from towhee_recsys.init.column import Column
from towhee_recsys.init.names import is_identifier
from towhee_recsys.init.table import FoundTable

LEAST_OVERLAP = 0.2
"""The least share of the values of a column that are ids of a table, for the column to have these ids."""

ONCE = 0.9
"""The least share of distinct values in a column of ids."""


class Join(NamedTuple):
    """How well a column has the ids of a table: from 0 to 1, above for equal names; and the table's column of ids."""

    score: float = 0
    id: str | None = None


def joins(columns: Iterable[Column], table: FoundTable | None) -> dict[str, Join]:
    """The best join of each column with `table`, by the column's name; an empty one where there is none."""
    ids = {each.name: each.texts() for each in table.columns.values() if _may_identify(each)} if table else {}
    found = {}
    for column in columns:
        values = column.texts()
        fits = {name: _fit(values, known) for name, known in ids.items()}
        possible = [Join(fit + _resemblance(column, name), name) for name, fit in fits.items() if fit]
        found[column.name] = max(possible, default=Join(), key=lambda join: join.score)
    return found


def _may_identify(column: Column) -> bool:
    return column.kind not in ("empty", "list", "boolean") and column.distinct >= ONCE * column.filled > 0


def _fit(values: set[str], known: set[str]) -> float:
    """By the share of `values` that are known and, for half, by the share of what is known that comes."""
    shared = len(values & known)
    overlap = shared / max(1, len(values))
    return overlap * (0.5 + 0.5 * shared / max(1, len(known))) if overlap >= LEAST_OVERLAP else 0


def _resemblance(column: Column, name: str) -> float:
    return 0.3 * (column.name == name) + 0.05 * is_identifier(name)
