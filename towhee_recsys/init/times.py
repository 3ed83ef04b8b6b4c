"""The column with the time of interactions."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from towhee_recsys.init.column import Column
from towhee_recsys.init.names import suggests
from towhee_recsys.init.notes import Notes
from towhee_recsys.init.table import FoundTable

UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
YEARS = (10**8, 5 * 10**9)
"""1973 to 2128, in seconds: where times that are numbers have to lie."""

TIME, TIME_UNIT = ("dataset", "interactions", "time"), ("dataset", "interactions", "time_unit")


def find_time(
    interactions: FoundTable, used: Collection[str], forced: str | None, notes: Notes
) -> tuple[str | None, str]:
    """The column with the time, None where there is none, and the unit of times that are numbers."""
    if forced:
        column = interactions.columns[forced]
        return forced, _unit(column) or "s"
    found = [column for column in interactions.columns.values() if column.name not in used]
    ranked = sorted(((_score(column), column.name) for column in found), reverse=True)
    if not ranked or ranked[0][0] <= 0:
        _explain(found, notes)
        return None, "s"
    score, name = ranked[0]
    unit = _unit(interactions.columns[name]) or "s"
    if score < 1:
        notes.unsure[TIME] = f"{name!r} is taken as the time, by its numbers; leave it out if it is something else"
    elif unit != "s":
        notes.why[TIME_UNIT] = "by the size of the numbers"
    return name, unit


def _score(column: Column) -> float:
    named = suggests(column.name, "time")
    if column.kind == "date":
        return 2 + named
    if column.kind not in ("whole", "decimal") or _unit(column) is None:
        return 0
    return 0.5 + named


def _unit(column: Column) -> str | None:
    """The unit in which the numbers are times of our age; None where they are none, or are all equal."""
    numbers = column.numbers[np.isfinite(column.numbers)]
    for unit, per_second in UNITS.items():
        inside = (numbers >= YEARS[0] * per_second) & (numbers <= YEARS[1] * per_second)
        if len(numbers) and inside.mean() >= 0.99:
            return unit
    return None


def _explain(found: list[Column], notes: Notes) -> None:
    """Notes why columns that are called like times have no times."""
    for column in found:
        if suggests(column.name, "time") and not any(suggests(column.name, role) for role in ("count", "rating")):
            example = next(iter(column.values), "nothing")
            why = (
                f"all values are {example!r}"
                if column.distinct <= 1
                else f"values such as {example!r} are neither ISO 8601 nor numbers since 1970"
            )
            notes.left_out["interactions", column.name] = f"no time: {why}"
