"""Filters as Milvus' expressions. `fields.py` has the measurements behind the forms.

No text of a request is a part of an expression other than as a literal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from towhee_recsys.data.items import FieldType, IdType
from towhee_recsys.stores.vectors.fields import MISSING_NUMBER, MISSING_TEXT
from towhee_recsys.stores.vectors.filters import Clause, Filter
from towhee_recsys.stores.vectors.milvus.dialect import LENGTH, Dialect, combined
from towhee_recsys.stores.vectors.milvus.schema import ID, column_of, key_of
from towhee_recsys.stores.vectors.milvus.schema import literal as id_literal
from towhee_recsys.stores.vectors.rows import Id

NOTHING: dict[IdType, str] = {"int": f"{ID} < 0 and {ID} > 0", "text": f'{ID} < ""'}
"""A condition that no row meets; Milvus Lite refuses an empty list."""


def expression(where: Filter, fields: Mapping[str, FieldType], id_type: IdType, dialect: Dialect) -> str:
    """A checked filter, which is not empty, as an expression."""
    conditions = [_condition(clause, fields[clause.field], dialect) for clause in where.clauses]
    if where.only is not None:
        conditions.append(among(where.only) if where.only else NOTHING[id_type])
    return combined(conditions, "and")


def among(ids: Iterable[Id]) -> str:
    """The condition for the rows of `ids`."""
    return f"{ID} in {_listed(ids)}"


def not_among(ids: Iterable[Id]) -> str:
    """The condition for all rows but those of `ids`."""
    return f"{ID} not in {_listed(ids)}"  # Milvus Lite does not know `not (... in ...)`


def _listed(ids: Iterable[Id]) -> str:
    return f"[{','.join(id_literal(key_of(key)) for key in ids)}]"


def _condition(clause: Clause, kind: FieldType, dialect: Dialect) -> str:
    return _CONDITIONS[kind](column_of(clause.field), clause.op, clause.value, dialect)


def _number(column: str, op: str, value: Any, dialect: Dialect) -> str:
    return _compared(column, op, value, repr, repr(MISSING_NUMBER))


def _text(column: str, op: str, value: Any, dialect: Dialect) -> str:
    return _compared(column, op, value, dialect.literal, f'"{MISSING_TEXT}"')


def _boolean(column: str, op: str, value: Any, dialect: Dialect) -> str:
    return _compared(column, op, value, lambda each: str(int(each)), "-1")


def _texts(column: str, op: str, value: Any, dialect: Dialect) -> str:
    if op == "exists":
        return f'{column}["{LENGTH}"] {">= 1" if value else "== 0"}'
    forms = {"any": dialect.has_any, "all": dialect.has_all, "none": dialect.has_none}
    return forms[op](column, value)


def _compared(column: str, op: str, value: Any, literal: Callable[[Any], str], missing: str) -> str:
    """A comparison with one value, or several, that is true of a `missing` one where it should be."""
    if op == "exists":
        return f"{column} {'!=' if value else '=='} {missing}"
    if op in ("in", "not_in"):
        return f"{column} {op.replace('_', ' ')} [{','.join(map(literal, value))}]"
    condition = f"{column} {_SIGNS[op]} {literal(value)}"
    if op == "until":
        return combined([condition, f"{column} == {missing}"], "or")
    return condition if op == "eq" else combined([condition, f"{column} != {missing}"], "and")


_SIGNS = {"eq": "==", "gte": ">=", "lte": "<=", "until": ">="}

_CONDITIONS: dict[FieldType, Callable[[str, str, Any, Dialect], str]] = {
    "number": _number,
    "text": _text,
    "boolean": _boolean,
    "texts": _texts,
}
