"""How rows are stored in a Milvus collection: the keys, the columns of scalar fields, and the collection's schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from towhee_recsys.data.items import MAX_ID_BYTES, FieldType, IdType
from towhee_recsys.errors import QueryError
from towhee_recsys.stores.vectors.fields import MAX_TEXT, MISSING_NUMBER, MISSING_TEXT
from towhee_recsys.stores.vectors.milvus.dialect import LIST, Dialect
from towhee_recsys.stores.vectors.protocol import Layout
from towhee_recsys.stores.vectors.rows import Id, Rows, id_array

ID, VECTOR = "id", "vector"

LONGEST_NAME = 255
"""The most characters in the name of a column."""

_UNSAFE = re.compile(r"[%'\"\\\x00-\x1f\x7f]")


def key_of(key: Id) -> Id:
    """An id as it is stored: of a text, `%`, quotes, backslashes and control characters are percent-encoded.

    Milvus Lite 2.5.1 writes text keys into SQL as they are: a quote breaks its upserts and deletions, or makes them
    mean something else; and it does not decode an escaped line break in a filter.
    """
    return key if isinstance(key, int) else _UNSAFE.sub(lambda match: f"%{ord(match[0]):02X}", key)


def id_of(key: Id) -> Id:
    """The id that is stored as `key`."""
    return key if isinstance(key, int) else re.sub("%([0-9A-F]{2})", lambda match: chr(int(match[1], 16)), key)


def literal(key: Id) -> str:
    """A stored key as it is written in a filter."""
    return str(key) if isinstance(key, int) else f'"{key}"'


def column_of(field: str) -> str:
    """The name of the column of a scalar field.

    The prefix keeps words of the filter language out: a column called `array_length` ends the process of Milvus Lite
    2.5.1. A name that has other characters than ASCII letters, digits and `_` is written as hex.

    Raises:
        QueryError: the name is empty or too long.
    """
    column = f"f_{field}" if re.fullmatch("[A-Za-z0-9_]+", field) else f"x_{field.encode().hex()}"
    if not field or len(column) > LONGEST_NAME:
        raise QueryError(
            f"{field!r:.300} cannot be a field of the index: a name has 1 to {LONGEST_NAME - 2} letters, digits and "
            f"'_', or at most {(LONGEST_NAME - 2) // 2} bytes of other characters. Rename the column."
        )
    return column


def field_of(column: str) -> str | None:
    """The scalar field of a column; None where the column is not of a field, such as `x_min` of another program."""
    prefix, name = column[:2], column[2:]
    try:
        return name if prefix == "f_" else bytes.fromhex(name).decode() if prefix == "x_" else None
    except ValueError:  # neither hex nor, decoded, UTF-8
        return None


def collection_schema(layout: Layout) -> Any:
    """The schema of a build's collection."""
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    if layout.id_type == "int":
        schema.add_field(ID, DataType.INT64, is_primary=True)
    else:
        schema.add_field(ID, DataType.VARCHAR, is_primary=True, max_length=3 * MAX_ID_BYTES)  # if all of it is encoded
    schema.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=layout.dim)
    for field, kind in layout.fields.items():
        partitions = {"is_partition_key": True} if field == layout.server.partition_key else {}
        schema.add_field(column_of(field), **_column_type(kind), **partitions)
    return schema


def described_ids_and_fields(fields: Sequence[Mapping[str, Any]]) -> tuple[IdType | None, dict[str, FieldType]]:
    """The type of the ids, and the scalar fields, of a collection with these `fields`, as Milvus describes them."""
    from pymilvus import DataType

    id_types: dict[Any, IdType] = {DataType.INT64: "int", DataType.VARCHAR: "text"}
    kinds: dict[Any, FieldType] = {_column_type(kind)["datatype"]: kind for kind in _KINDS}
    key = next((each for each in fields if each.get("is_primary") and each["name"] == ID), None)
    named = {field_of(each["name"]): kinds.get(each["type"]) for each in fields}
    return id_types.get(key["type"]) if key else None, {name: kind for name, kind in named.items() if name and kind}


def stored_rows(rows: Rows, types: Mapping[str, FieldType], dialect: Dialect) -> Iterator[dict[str, Any]]:
    """`rows` as pymilvus takes them."""
    columns = {column_of(name): _stored(rows.fields[name], kind, dialect) for name, kind in types.items()}
    keys, vectors = map(key_of, rows.ids.tolist()), np.asarray(rows.vectors, np.float32)
    for key, vector, *values in zip(keys, vectors, *columns.values(), strict=True):
        yield {ID: key, VECTOR: vector, **dict(zip(columns, values, strict=True))}


def loaded_rows(
    rows: Sequence[Mapping[str, Any]], dim: int, id_type: IdType, types: Mapping[str, FieldType], dialect: Dialect
) -> Rows:
    """The result of pymilvus as rows."""
    ids = id_array([id_of(row[ID]) for row in rows], id_type)
    vectors = np.array([row[VECTOR] for row in rows], dtype=np.float32).reshape(len(rows), dim)
    fields = {
        name: list(_loaded((row[column_of(name)] for row in rows), kind, dialect)) for name, kind in types.items()
    }
    return Rows(ids, vectors, fields)


def _column_type(kind: FieldType) -> dict[str, Any]:
    from pymilvus import DataType

    types: dict[FieldType, dict[str, Any]] = {
        "number": {"datatype": DataType.DOUBLE},
        "text": {"datatype": DataType.VARCHAR, "max_length": MAX_TEXT},
        "boolean": {"datatype": DataType.INT8},
        "texts": {"datatype": DataType.JSON},
    }
    return types[kind]


def _stored(values: Sequence[Any], kind: FieldType, dialect: Dialect) -> Iterable[Any]:
    """Canonical values as they are stored; `fields` has the placeholder of a missing value."""
    if kind == "texts":
        return map(dialect.stored_list, values)
    forms: dict[str, Callable[[Any], Any]] = {"number": float, "text": dialect.stored_text, "boolean": int}
    return (_MISSING[kind] if value is None else forms[kind](value) for value in values)


def _loaded(values: Iterable[Any], kind: FieldType, dialect: Dialect) -> Iterable[Any]:
    if kind == "texts":
        return (list(value[LIST]) for value in values)
    forms: dict[str, Callable[[Any], Any]] = {"number": float, "text": dialect.loaded_text, "boolean": bool}
    return (None if value == _MISSING[kind] else forms[kind](value) for value in values)


_KINDS: tuple[FieldType, ...] = ("number", "text", "boolean", "texts")

_MISSING: dict[str, Any] = {"number": MISSING_NUMBER, "text": MISSING_TEXT, "boolean": -1}
