"""Tables from files in each format, and from data frames."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from towhee_recsys.config import DataSchema
from towhee_recsys.config.sql import SqlQuery
from towhee_recsys.config.table_file import TableFile
from towhee_recsys.data.sources.bad_rows import BadRows, Reading
from towhee_recsys.data.sources.table.delimited import read_delimited
from towhee_recsys.data.sources.table.files import SEPARATORS, format_of, must_exist, path_of
from towhee_recsys.data.sources.table.json_lines import read_json_lines
from towhee_recsys.data.sources.table.parquet import read_parquet
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.data.sources.table.regular import NotRegularError, read_regular
from towhee_recsys.data.sources.table.sql import read_sql
from towhee_recsys.errors import DatasetError

Reader = Callable[[Path, BadRows, "Collection[str] | None", "int | None"], Iterator[RawTable]]

BYTES_OF_ROW = 32
"""About the bytes of a row of interactions in a file in text."""

READERS: dict[str, Reader] = {
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json_lines,
    ".parquet": read_parquet,
}


def load_table(schema: DataSchema, table: str, columns: Collection[str] | None = None) -> RawTable | None:
    """The declared `table` (users, items or interactions); None where there is none.

    Of `columns` those that are there are read; all by default.

    Raises:
        DatasetError: the file is missing, empty or unreadable, or is not in its format; or the query fails.
    """
    reading = Reading.of(schema)
    if table in schema.tables:
        return next(from_frame(schema.tables[table], f"dataset.tables.{table}", reading))
    path, layout = path_of(schema, table), getattr(schema, table)
    if layout.sql is not None:
        return next(_query(layout.sql, table, reading, columns, None))
    return None if path is None else load_file(path, f"dataset.{table}.path", reading, layout, columns)


def load_file(
    path: Path, key: str, reading: Reading, layout: TableFile, columns: Collection[str] | None = None
) -> RawTable:
    """The table in the file `path`, which the setting `key` names; `layout` says how a file in text is laid out.

    Raises:
        DatasetError: as `load_table`.
    """
    return next(file_parts(path, key, reading, layout, None, columns))


def file_parts(
    path: Path,
    key: str,
    reading: Reading,
    layout: TableFile,
    size: int | None,
    columns: Collection[str] | None = None,
) -> Iterator[RawTable]:
    """The same in parts of about `size` rows, or as a whole.

    Raises:
        DatasetError: as `load_table`.
    """
    must_exist(path, key, layout)
    return _parts(path, BadRows(str(path), reading), layout, columns, size)


def load_parts(schema: DataSchema, table: str, columns: Collection[str] | None, size: int) -> Iterator[RawTable]:
    """The declared `table` in parts of about `size` rows; at least one. Each has all columns, and one `BadRows`.

    Raises, during the iteration:
        DatasetError: as `load_table`; or there is no such table.
    """
    key, reading, layout = f"dataset.{table}.path", Reading.of(schema), getattr(schema, table)
    if table in schema.tables:
        return from_frame(schema.tables[table], f"dataset.tables.{table}", reading, size)
    if layout.sql is not None:
        return _query(layout.sql, table, reading, columns, size)
    if (path := path_of(schema, table)) is None:
        raise DatasetError(f"{key}: missing, accepted: the file with the {table}")
    must_exist(path, key, layout)
    return _parts(path, BadRows(str(path), reading), layout, columns, size)


def load_regular_parts(schema: DataSchema, table: str, columns: Collection[str], size: int) -> Iterator[RawTable]:
    """As `load_parts`, but quickly, and only as long as nothing is to be refused.

    Raises, during the iteration:
        NotRegularError: the table is not in a file in text, or its rows may be malformed.
        DatasetError: as `load_parts`; a row is bad, whether reading is strict or not.
    """
    path, layout = path_of(schema, table), getattr(schema, table)
    if path is None or table in schema.tables or not os.path.isfile(path) or format_of(path, layout) not in SEPARATORS:
        raise NotRegularError
    reading = replace(Reading.of(schema), strict=True)
    return read_regular(path, BadRows(str(path), reading), columns, layout, size * BYTES_OF_ROW)


def _query(
    sql: SqlQuery, table: str, reading: Reading, columns: Collection[str] | None, size: int | None
) -> Iterator[RawTable]:
    key = f"dataset.{table}.sql"
    return read_sql(sql, key, BadRows(key, reading), columns, size)


def _parts(
    path: Path, bad: BadRows, layout: TableFile, columns: Collection[str] | None, size: int | None
) -> Iterator[RawTable]:
    suffix = format_of(path, layout)
    if suffix in SEPARATORS:
        return read_delimited(path, bad, columns, layout, size)
    return READERS[suffix](path, bad, columns, size)


def from_frame(frame: Any, key: str, reading: Reading, size: int | None = None) -> Iterator[RawTable]:
    """The table in a pandas data frame, in parts of `size` rows, or as a whole.

    Raises:
        DatasetError: it is not a data frame, or has a column twice.
    """
    if not isinstance(frame, pd.DataFrame):
        raise DatasetError(f"{key}: given a {type(frame).__name__}, accepted: a pandas.DataFrame")
    names = [str(name) for name in frame.columns]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise DatasetError(f"{key}: the column {twice!r} is there twice; rename one of them")
    bad = BadRows(key, reading)
    for first in range(0, max(len(frame), 1), size or max(len(frame), 1)):
        part = frame.iloc[first : None if size is None else first + size]
        columns = {name: part.iloc[:, position].reset_index(drop=True) for position, name in enumerate(names)}
        yield RawTable(key, names, columns, False, range(first + 1, first + len(part) + 1), bad)
