"""The columns that a declaration names, and those of them that the data do not have."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from towhee_recsys.config.dataset import ItemsTable, UsersTable
from towhee_recsys.errors import close_match

Named = tuple[str, str]
"""A setting, and the column that it names."""


def declared_columns(declared: UsersTable, key: str) -> list[Named]:
    """The columns of a table of users or of items, which the section `key` of the config declares; the id first."""
    columns = [(f"{key}.id", declared.id)]
    columns += [
        (f"{key}.{section}.{name}", name) for section in ("lists", "codes") for name in getattr(declared, section)
    ]
    if isinstance(declared, ItemsTable):
        columns += [(f"{key}.title", declared.title)] if declared.title else []
        columns += [(f"{key}.expires", declared.expires)] if declared.expires else []
        for setting in ("show", "filter"):
            columns += [(f"{key}.{setting}[{row}]", name) for row, name in enumerate(getattr(declared, setting))]
    return columns


def missing_columns(named: Iterable[Named], there: Collection[str]) -> list[str]:
    """A sentence for each named column that is not `there`: the setting, what was given, and what may be meant."""
    return [
        f"{setting}: given {column!r}, which is not a column of this table.{close_match(column, there)}"
        for setting, column in named
        if column not in there
    ]
