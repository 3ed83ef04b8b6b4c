"""The files of a RecBole dataset, and what their headers declare."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from towhee_recsys.config import DataSchema
from towhee_recsys.config.table_file import TableFile
from towhee_recsys.data.sources.table.files import must_exist
from towhee_recsys.data.sources.table.layout import read_header
from towhee_recsys.errors import DatasetError, close_match

SUFFIXES = {"interactions": ".inter", "users": ".user", "items": ".item"}
TYPES = ("token", "token_seq", "float", "float_seq")
SEPARATOR, LIST_SEPARATOR, TIME = "\t", " ", "timestamp"


def with_headers(schema: DataSchema, items: str | None = None) -> DataSchema:
    """`schema` with the files that are there, and the names and lists that their headers declare.

    `items` is another file of items than that of the dataset.

    Raises:
        DatasetError: a file is missing or unreadable, or its header is not of this format.
    """
    folder, stem = Path(schema.path or ""), _stem(schema)
    tables: dict[str, Any] = {}
    for table, suffix in SUFFIXES.items():
        declared = getattr(schema, table)
        path = declared.path or f"{stem}{suffix}"
        is_there = declared.path or table == "interactions" or os.path.isfile(folder / path)
        if table in schema.tables or declared.sql is not None or not is_there:
            continue
        columns = _columns(folder / os.path.expanduser(path), f"dataset.{table}.path", schema)
        tables[table] = declared.model_copy(update={"path": path, **_layout(columns), **_found(declared, columns)})
    for name in ("validation", "test"):
        _must_be_like(schema, name, tables)
    if items is not None:
        columns = _columns(Path(os.path.expanduser(items)), "the path of the items", schema)
        declared = tables.get("items", schema.items)
        tables["items"] = declared.model_copy(update={**_layout(columns), **_found(schema.items, columns)})
    return schema.model_copy(update=tables)


def _stem(schema: DataSchema) -> str:
    """The name that all files begin with."""
    if schema.interactions.path is not None:
        return Path(schema.interactions.path).name.partition(".")[0]
    folder = Path(schema.path or "")
    names = [schema.name, folder.resolve().name]
    return next((name for name in names if os.path.isfile(folder / f"{name}.inter")), schema.name)


def _columns(path: Path, key: str, schema: DataSchema) -> dict[str, str]:
    """The columns of a file, with their types."""
    layout = TableFile(separator=SEPARATOR, quotes=False)
    must_exist(path, key, layout)
    columns = {}
    for cell in read_header(path, schema.encoding, layout)[0]:
        name, colon, kind = cell.rpartition(":")
        if not colon or kind not in TYPES:
            raise DatasetError(
                f"{path}:1: given the column {cell!r}, accepted: NAME:TYPE with the type {', '.join(TYPES)}."
                f"{close_match(kind, TYPES)}"
            )
        if name in columns:
            raise DatasetError(f"{path}:1: the column {name!r} is there twice; rename one of them")
        columns[name] = kind
    return columns


def _layout(columns: dict[str, str]) -> dict[str, Any]:
    return {"separator": SEPARATOR, "quotes": False, "columns": list(columns), "skip_lines": 1}


def _found(declared: Any, columns: dict[str, str]) -> dict[str, Any]:
    """The settings of a table that its columns show: lists, but for a title of several words; or the time."""
    if hasattr(declared, "time"):
        return {"time": declared.time or (TIME if TIME in columns else None)}
    title = getattr(declared, "title", None)
    lists = {name: LIST_SEPARATOR for name, kind in columns.items() if kind.endswith("_seq") and name != title}
    return {"lists": lists | declared.lists}


def _must_be_like(schema: DataSchema, name: str, tables: dict[str, Any]) -> None:
    """Checks that another part of the interactions has the columns of the first."""
    file = getattr(schema.interactions, name)
    if file is None or "interactions" not in tables:
        return
    path = Path(schema.path or "", os.path.expanduser(file))
    given, accepted = list(_columns(path, f"dataset.interactions.{name}", schema)), tables["interactions"].columns
    if given != accepted:
        raise DatasetError(
            f"{path}:1: given the columns {', '.join(given)}, accepted: {', '.join(accepted)}, as in "
            f"{tables['interactions'].path}"
        )
