"""An item's facts: the columns that the declaration shows, as JSON types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite, isnan
from typing import Any

from towhee_recsys.data.items import FieldType, Id, ItemSchema
from towhee_recsys.errors import QueryError
from towhee_recsys.stores.keyed import as_id

Facts = dict[str, Any]
"""The id under the name of its column, then the other columns: numbers, texts, booleans, lists of texts, None."""

_TYPES: dict[FieldType, tuple[type, ...]] = {
    "number": (int, float),
    "text": (str,),
    "boolean": (bool,),
    "texts": (list,),
}
_ACCEPTED: dict[FieldType, str] = {
    "number": "a finite number of at most 64 bits",
    "text": "a text of Unicode",
    "boolean": "True or False",
    "texts": "a list of texts of Unicode",
}
_ANY = f"{', '.join(_ACCEPTED.values())}, or None"


def facts_of(record: Mapping[str, Any], schema: ItemSchema) -> tuple[Id, Facts]:
    """The id and the facts of an item record: the id first, then the schema's fact columns in their order.

    NumPy scalars become Python's. A missing value (no such column, None, NaN, pandas.NA) is None.

    Raises:
        QueryError: the id or a fact is not of its declared type.
    """
    key = _id_in(record, schema.id)
    if (type(key) is str) != (schema.id_type == "text"):
        accepted = "a text" if schema.id_type == "text" else "an integer"
        raise QueryError(f"item id {_shown(key)} is not acceptable: {schema.id!r} is {accepted}, as declared.")
    facts: Facts = {schema.id: key}
    for column, field in schema.facts.items():
        if column != schema.id:
            facts[column] = value = plain(record.get(column))
            if value is not None and not (type(value) in _TYPES[field] and _CHECKS[type(value)](value)):
                raise _not_a_fact(key, column, value, f"{_ACCEPTED[field]}, or None")
    return key, facts


def facts_without_schema(record: Mapping[str, Any], id_column: str) -> tuple[Id, Facts]:
    """The id and the facts of an item record whose columns are not declared: the id first, then all others.

    Raises:
        QueryError: there is no id in `id_column`, or a value is of no type that a catalogue can hold.
    """
    key = _id_in(record, id_column)
    facts = {id_column: key, **{str(column): plain(record[column]) for column in record if column != id_column}}
    must_be_facts(key, facts)
    return key, facts


def must_be_facts(key: Id, facts: Any) -> None:
    """Checks the facts of an item before they are written to a catalogue.

    Raises:
        QueryError: `facts` are not a mapping with the id first, or a value is of no type that a catalogue can hold.
    """
    if not _begins_with(key, facts):
        raise QueryError(
            f"item {_shown(key)} cannot go into the catalogue: its facts are {_shown(facts)}. "
            "Accepted: a dict of which the first value is the item's id."
        )
    for column, value in facts.items():
        if not (_is_text(column) and _is_fact(value)):
            raise _not_a_fact(key, column, value, _ANY)


def are_facts(key: Id, facts: Any) -> bool:
    """Whether `facts` can be those of the item `key`."""
    if not _begins_with(key, facts):
        return False
    for column, value in facts.items():  # noqa: SIM110 - `all` of a generator is 1.5 times as slow
        if not (_is_text(column) and _is_fact(value)):
            return False
    return True


def plain(value: Any) -> Any:
    """NumPy's scalars, 0-dimensional arrays and lists of texts as Python's; None for a missing value."""
    if value is None or type(value) in (str, int, bool):
        return value
    if getattr(value, "ndim", None) == 0:
        value = value.item()
    if isinstance(value, float):
        return None if isnan(value) else value
    if isinstance(value, (list, tuple)) or getattr(value, "ndim", None) == 1:
        return [str(each) if isinstance(each, str) else each for each in value]
    return None if type(value).__name__ in ("NAType", "NaTType") else value  # pandas', without importing it


def _id_in(record: Any, column: str) -> Id:
    if type(record) is not dict and not isinstance(record, Mapping):  # the second alone takes longer
        raise QueryError(f"an item record is a mapping from column to value, not {_shown(record)}.")
    if column not in record:
        raise QueryError(f"the item record {_shown(dict(record))} has no id: it lacks {column!r}.")
    return as_id(record[column])


def _begins_with(key: Id, facts: Any) -> bool:
    first = next(iter(facts.values()), None) if type(facts) is dict else None
    return type(first) is type(key) and first == key


def _is_text(text: Any) -> bool:
    return type(text) is str and _is_unicode(text)


def _is_fact(value: Any) -> bool:
    check = _CHECKS.get(type(value))
    return check is not None and check(value)


def _is_unicode(text: str) -> bool:
    """Whether a text has no lone surrogate, which UTF-8 cannot write."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _are_texts(values: list[Any]) -> bool:
    return not values or (set(map(type, values)) == {str} and _is_unicode("".join(values)))


def _is_int64(number: int) -> bool:
    return -(2**63) <= number < 2**63


def _is_anything(value: Any) -> bool:
    return True


_CHECKS: dict[type, Callable[[Any], bool]] = {
    str: _is_unicode,
    int: _is_int64,
    float: isfinite,
    list: _are_texts,
    bool: _is_anything,
    type(None): _is_anything,
}


def _not_a_fact(key: Id, column: Any, value: Any, accepted: str) -> QueryError:
    given = f"{column!r} is {_shown(value)}"
    return QueryError(f"item {_shown(key)} cannot go into the catalogue: {given}. Accepted: {accepted}.")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
