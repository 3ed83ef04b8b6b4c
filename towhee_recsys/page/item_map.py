"""The map of items as the page reads it."""

from __future__ import annotations

from typing import Any

from towhee_recsys.data.items import FieldType, ItemSchema
from towhee_recsys.page.overview import Overview, counted

MOST_VALUES = 1000
"""Values of a column that are named; less frequent ones have no name on the map."""

SHARE = 0.5
"""A text that distinguishes more than this share of the items is a poor colour, such as a description."""

BEST = 12
"""The most values whose colours all differ enough to be recognized."""


def item_map(overview: Overview, schema: ItemSchema) -> dict[str, Any]:
    """Ids, places and titles of the items, and the columns to colour them by, the most telling one first.

    `{"ids": [...], "x": [...], "y": [...], "titles": [...], "columns": [{"column", "type", "values", "codes"}, ...]}`:
    codes are positions in `values`, of a list that of its first member, -1 for a missing value. A column of numbers
    has `numbers` instead.
    """
    ids = list(map(str, overview.ids))
    titles = overview.values(schema.title) if schema.title else ids
    columns = [
        _column(overview, column, kind)
        for column, kind in (schema.filters | schema.facts).items()
        if column not in (schema.id, schema.title)
    ]
    return {
        "ids": overview.ids,
        "x": overview.places[:, 0].tolist(),
        "y": overview.places[:, 1].tolist(),
        "titles": [key if title is None else str(title) for title, key in zip(titles, ids, strict=True)],
        "columns": sorted((each for each in columns if each), key=_rank),
    }


def _column(overview: Overview, column: str, kind: FieldType) -> dict[str, Any] | None:
    """A column to colour by; None where it would not show a difference, or too many."""
    if kind == "number":
        numbers = overview.values(column)
        different = len({each for each in numbers if each is not None}) > 1
        return {"column": column, "type": "number", "numbers": numbers} if different else None
    first = [_first(value) for value in overview.values(column)]
    counts = counted(first)
    if len(counts) < 2 or len(counts) > max(SHARE * len(overview.ids), BEST):
        return None
    values = [value for value, _ in counts[:MOST_VALUES]]
    rows = {value: row for row, value in enumerate(values)}
    names = [{True: "yes", False: "no"}[value] if kind == "boolean" else value for value in values]
    return {"column": column, "type": kind, "values": names, "codes": [rows.get(value, -1) for value in first]}


def _first(value: Any) -> Any:
    return (value[0] if value else None) if isinstance(value, list) else value


def _rank(column: dict[str, Any]) -> list[int]:
    """Texts of a few values come first, then lists, other texts, numbers and booleans."""
    kind = column["type"]
    if kind == "text" and len(column["values"]) <= BEST:
        return [0, -len(column["values"])]
    return [{"texts": 1, "text": 2, "number": 3, "boolean": 4}[kind], 0]
