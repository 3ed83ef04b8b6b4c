"""The declaration of a table of users or of items, before its rows are read."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from towhee_recsys.init.column import Column
from towhee_recsys.init.notes import Notes
from towhee_recsys.init.table import FoundTable
from towhee_recsys.init.texts import has_year_at_end, list_separator, title_of, years_of

MISSING = frozenset(["NA", "N/A", "n/a", "NULL", "null", "None", "none", "nan", "NaN", "\\N", "-", "?", "unknown"])
"""Texts that stand for nothing among numbers."""

FEW_YEARS = 3
"""With dates in fewer years, the year is no feature."""


@dataclass(frozen=True)
class SideTable:
    """What the columns of a table of users or items mean.

    Attributes:
        name: users or items.
        id: The column with the ids.
        title: Of items: the column that names one.
        lists: Columns with lists, and their separators.
        extract: Columns that are made from others: patterns by the columns that they split.
        missing: Texts that mean that nothing is there.
    """

    name: str
    id: str
    title: str | None = None
    lists: dict[str, str] = field(default_factory=dict)
    extract: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def settings(self) -> dict[str, Any]:
        """The keys of `dataset.users` or `dataset.items`."""
        found: dict[str, Any] = {"id": self.id, "title": self.title, "missing": self.missing, "lists": self.lists}
        found["extract"] = self.extract
        return {key: value for key, value in found.items() if value}


def side_table(name: str, table: FoundTable, identifier: str, notes: Notes) -> SideTable:
    """The table called `name`, users or items, whose ids are in the column `identifier`."""
    columns = {column.name: column for column in table.columns.values() if column.name != identifier}
    usable = {each: column for each, column in columns.items() if "${" not in each}
    title = title_of(usable.values()) if name == "items" else None
    lists = {
        each: separator
        for each, column in usable.items()
        if each != title and (separator := list_separator(column)) is not None
    }
    for each, separator in lists.items():
        notes.why["dataset", name, "lists"] = f"values of {each} are separated by {separator!r}"
    missing = sorted({text for column in columns.values() for text in _without_value(column)})
    if missing:
        notes.why["dataset", name, "missing"] = "among the numbers of a column"
    return SideTable(name, identifier, title, lists, _extracted(usable, title, table, notes), missing)


def _extracted(columns: dict[str, Column], title: str | None, table: FoundTable, notes: Notes) -> dict[str, str]:
    """Patterns that take years out of the title and of dates."""
    patterns: dict[str, str] = {}
    taken = set(table.columns)
    if title is not None and title.isidentifier() and has_year_at_end(columns[title]):
        patterns[title] = rf"(?P<{title}>.*\S)\s*\((?P<{_free('year', taken)}>[0-9]{{4}})\)"
        notes.why["dataset", "items", "extract"] = f"most of {title} end in a year in parentheses"
    for name, column in columns.items():
        if column.kind == "date" and name.isidentifier() and len(years_of(column)) >= FEW_YEARS:
            patterns[name] = f"(?P<{_free(f'{name}_year', taken)}>[0-9]{{4}})-.*"
    return patterns


def _without_value(column: Column) -> set[str]:
    """The texts among the numbers of a column that mean that there is none."""
    texts = {value.strip() for value in column.values if isinstance(value, str) and value.strip() in MISSING}
    others = [
        number
        for value, number in zip(column.values, column.numbers.tolist(), strict=True)
        if not (isinstance(value, str) and (not value.strip() or value.strip() in MISSING))
    ]
    return texts if others and not any(math.isnan(number) for number in others) else set()


def _free(name: str, taken: set[str]) -> str:
    """`name`, or the first of `name_2`, `name_3` and so on that is not taken; it is from then on."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    taken.add(free)
    return free
