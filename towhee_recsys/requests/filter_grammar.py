"""The filter of a request, as JSON has it: `{"genres": {"any": ["Comedy"]}, "year": {"gte": 1990}}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from towhee_recsys.data.items import FieldType
from towhee_recsys.errors import refused
from towhee_recsys.stores.vectors import OPERATORS, Clause, checked_clause

ACCEPTED = 'a mapping of columns to comparisons, such as {"year": {"gte": 1990}}'


def filter_clauses(given: Any, columns: Mapping[str, FieldType]) -> tuple[Clause, ...]:
    """The clauses of the filter `given`, all of which an item must match.

    A column has a mapping of comparisons to what they compare with: `any`, `all` and `none` for a list of texts; `eq`,
    `in`, `not_in`, `gte` and `lte` for other types; `exists` for each. A value alone is short for `eq`, and a list
    for `in`, or for `any` where the column has lists of texts.

    Args:
        given: The filter.
        columns: The columns that items may be filtered by, with their types.

    Raises:
        QueryError: a column or a comparison is not accepted, or a value is not of the column's type.
    """
    if not isinstance(given, Mapping):
        raise refused("filter", given, ACCEPTED)
    return tuple(clause for column, value in given.items() for clause in _clauses(str(column), value, columns))


def _clauses(column: str, given: Any, columns: Mapping[str, FieldType]) -> list[Clause]:
    if not isinstance(given, Mapping):
        several = isinstance(given, (list, tuple, set, frozenset))
        given = {"any" if columns.get(column) == "texts" else "in" if several else "eq": given}
    clauses = [checked_clause(Clause(column, op, value), columns) for op, value in given.items()]
    if not clauses:
        checked_clause(Clause(column, "exists", True), columns)  # that the column is accepted
        raise refused(f"filter.{column}", {}, f"a comparison: {', '.join(OPERATORS[columns[column]])}")
    return clauses
