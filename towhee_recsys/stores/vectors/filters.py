"""Typed filters: what an item's fields must be for a search to find it.

A filter is a value, never an expression: each store translates it in its own way. `Clause.matches` defines what one
means.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from towhee_recsys.data.items import ACCEPTED_IDS, FieldType, Id, IdType, is_int_id, is_text_id
from towhee_recsys.errors import QueryError, close_match, refused
from towhee_recsys.stores.vectors.fields import MAX_TEXT, canonical_value

Op = Literal["any", "all", "none", "eq", "in", "not_in", "gte", "lte", "exists", "until"]
"""How a clause compares. `until` is for the expiry of items alone: the value is missing, or at least the clause's."""

OPERATORS: dict[FieldType, tuple[Op, ...]] = {
    "number": ("eq", "in", "not_in", "gte", "lte", "exists"),
    "text": ("eq", "in", "not_in", "gte", "lte", "exists"),
    "boolean": ("eq", "in", "not_in", "exists"),
    "texts": ("any", "all", "none", "exists"),
}
"""The comparisons that a field of each type has."""

WITH_LISTS: tuple[Op, ...] = ("any", "all", "none", "in", "not_in")
"""The comparisons with several values."""

MAX_VALUES = 1000
"""The most values in a clause."""

ACCEPTED: dict[FieldType, tuple[str, str]] = {
    "number": ("a finite number", "finite numbers"),
    "text": (f"a text of at most {MAX_TEXT:,} bytes", "texts"),
    "boolean": ("true or false", "true or false"),
    "texts": ("a text", "texts"),
}
"""What is accepted to compare a field of each type with: one value, and several."""


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


def checked_filter(where: Filter, fields: Mapping[str, FieldType], id_type: IdType) -> Filter:
    """`where` with values of the types of an index' `fields`.

    Raises:
        QueryError: the index lacks a field, a clause is not acceptable, or an id of `only` is not of the index's type.
    """
    is_id = is_int_id if id_type == "int" else is_text_id
    if wrong := [key for key in where.only or () if not is_id(key)]:
        raise refused("only", wrong[0], f"ids that are each {ACCEPTED_IDS[id_type]}")
    return Filter(tuple(checked_clause(each, fields) for each in where.clauses), where.only)


def checked_clause(clause: Clause, fields: Mapping[str, FieldType]) -> Clause:
    """`clause` with values of its field's type: float, str, bool, or a tuple of different ones.

    Raises:
        QueryError: there is no such field, it has no such comparison, or a value is not of its type.
    """
    name = f"filter.{clause.field}"
    if clause.field not in fields:
        accepted = ", ".join(fields) or "no column: dataset.items.filter declares none"
        raise QueryError(
            f"{name}: items cannot be filtered by {clause.field!r:.100}.{close_match(clause.field, fields)} "
            f"Accepted: {accepted}.",
            name,
            accepted,
        )
    kind = fields[clause.field]
    if clause.op not in OPERATORS[kind]:
        hint = f"{close_match(clause.op, OPERATORS[kind])} {clause.field!r} is a column of type {kind}."
        raise refused(name, clause.op, ", ".join(OPERATORS[kind]), hint)
    return Clause(clause.field, clause.op, _checked_value(clause, kind, f"{name}.{clause.op}"))


def _checked_value(clause: Clause, kind: FieldType, name: str) -> Any:
    one, several = ACCEPTED["boolean" if clause.op == "exists" else kind]
    if clause.op not in WITH_LISTS:
        return _canonical(clause.value, "boolean" if clause.op == "exists" else kind, name, one)
    values = clause.value.tolist() if isinstance(clause.value, np.ndarray) else clause.value
    accepted = f"a list of 1 to {MAX_VALUES:,} {several}"
    if not isinstance(values, (list, tuple, set, frozenset)):
        raise refused(name, values, accepted)
    if not values:
        raise refused(name, values, accepted, " An empty list says nothing: leave the comparison out.")
    if len(values) > MAX_VALUES:
        raise QueryError(f"{name}: given {len(values):,} values, accepted: {accepted}.", name, accepted)
    return tuple(dict.fromkeys(_canonical(each, kind, name, accepted) for each in values))


def _canonical(value: Any, kind: FieldType, name: str, accepted: str) -> Any:
    try:
        found = canonical_value(value, "text" if kind == "texts" else kind)
    except (TypeError, ValueError, OverflowError):
        raise refused(name, value, accepted) from None
    if kind == "number" and not math.isfinite(found):
        raise refused(name, value, accepted)
    return found


_MATCHES: dict[Op, Callable[[Any, Any], bool]] = {
    "any": lambda held, wanted: not set(held).isdisjoint(wanted),
    "all": lambda held, wanted: set(held).issuperset(wanted),
    "none": lambda held, wanted: set(held).isdisjoint(wanted),
    "eq": lambda held, wanted: bool(held == wanted),
    "in": lambda held, wanted: held in wanted,
    "not_in": lambda held, wanted: held not in wanted,
    "gte": lambda held, wanted: bool(held >= wanted),
    "until": lambda held, wanted: bool(held >= wanted),
    "lte": lambda held, wanted: bool(held <= wanted),
    "exists": lambda held, wanted: bool(wanted),
}
