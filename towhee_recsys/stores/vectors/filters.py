"""Typed filters: what an item's fields must be for a search to find it.

A filter is a value, never an expression: each store translates the clauses that it knows, and `Clause.matches` defines
what each of them means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from towhee_recsys.data.items import ACCEPTED_IDS, FieldType, Id, IdType, is_int_id, is_text_id
from towhee_recsys.errors import QueryError, close_match

Op = Literal["any", "all", "none", "eq", "in", "not_in", "gte", "lte", "exists", "until"]
"""How a clause compares. `until` is for searches themselves: a value that is missing, or at least the clause's."""

OPERATORS: dict[FieldType, tuple[Op, ...]] = {
    "number": ("eq", "in", "not_in", "gte", "lte", "exists"),
    "text": ("eq", "in", "not_in", "gte", "lte", "exists"),
    "boolean": ("eq", "in", "not_in", "exists"),
    "texts": ("any", "all", "none", "exists"),
}
"""The comparisons that requests may use, by the type of the field."""

LISTS: tuple[Op, ...] = ("any", "all", "none", "in", "not_in")
"""The comparisons with several values."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of a field.

    Attributes:
        field: The name of the field.
        op: The comparison.
        value: What is compared with: a tuple of values for `any`, `all`, `none`, `in` and `not_in`, true or false for
            `exists`, else one value of the field's type.
    """

    field: str
    op: Op
    value: Any

    def matches(self, value: Any) -> bool:
        """Whether an item with this value of the field is found; None, or an empty list, where the value is missing.

        A missing value matches `none`, `not_in`, `until` and `exists: false` alone.
        """
        if value is None or value == []:
            return self.op in ("none", "not_in", "until") or (self.op == "exists" and not self.value)
        return _MATCHES[self.op](value, self.value)


@dataclass(frozen=True, slots=True)
class Filter:
    """The items that a search may find: those that match all `clauses` and whose ids are among `only`, if given."""

    clauses: tuple[Clause, ...] = ()
    only: frozenset[Id] | None = None

    def __bool__(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.clauses) or self.only is not None

    def matches(self, key: Id, fields: Mapping[str, Any]) -> bool:
        """Whether an item with this id and these values is found."""
        if self.only is not None and key not in self.only:
            return False
        return all(clause.matches(fields.get(clause.field)) for clause in self.clauses)


def check_filter(where: Filter, fields: Mapping[str, FieldType], id_type: IdType) -> None:
    """Raises QueryError where a clause is of a field that an index lacks, or an id is not of the index's type."""
    for clause in where.clauses:
        if clause.field not in fields:
            raise QueryError(
                f"filter on {clause.field!r}: the index has no such field; it has {', '.join(fields) or 'none'}."
                f"{close_match(clause.field, fields)} Declare the column in dataset.items.filter and index again."
            )
        accepted = OPERATORS[fields[clause.field]]
        if clause.op not in (*accepted, "until"):
            raise QueryError(
                f"filter on {clause.field!r}: {clause.op} was given; a {fields[clause.field]} field accepts "
                f"{', '.join(accepted)}."
            )
    is_id = is_int_id if id_type == "int" else is_text_id
    if wrong := next((key for key in where.only or () if not is_id(key)), None):
        raise QueryError(f"only: item id {wrong!r:.200} was given; the ids here are each {ACCEPTED_IDS[id_type]}.")


_MATCHES: dict[Op, Callable[[Any, Any], bool]] = {
    "any": lambda held, wanted: not set(held).isdisjoint(wanted),
    "all": lambda held, wanted: set(held).issuperset(wanted),
    "none": lambda held, wanted: set(held).isdisjoint(wanted),
    "eq": lambda held, wanted: bool(held == wanted),
    "in": lambda held, wanted: held in wanted,
    "not_in": lambda held, wanted: held not in wanted,
    "gte": lambda held, wanted: bool(held >= wanted),
    "lte": lambda held, wanted: bool(held <= wanted),
    "until": lambda held, wanted: bool(held >= wanted),
    "exists": lambda held, wanted: bool(wanted),
}
