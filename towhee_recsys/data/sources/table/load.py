"""Tables from files in each format, and from data frames."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pandas as pd

from towhee_recsys.config import DataSchema
from towhee_recsys.config.table_file import TableFile
from towhee_recsys.data.sources.bad_rows import BadRows, Reading
from towhee_recsys.data.sources.table.delimited import read_delimited
from towhee_recsys.data.sources.table.files import SEPARATORS, format_of, must_exist, path_of
from towhee_recsys.data.sources.table.json_lines import read_json_lines
from towhee_recsys.data.sources.table.parquet import read_parquet
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.data.sources.table.sql import read_sql
from towhee_recsys.errors import DatasetError

Reader = Callable[[Path, BadRows, "Collection[str] | None"], RawTable]

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
        return from_frame(schema.tables[table], f"dataset.tables.{table}", reading)
    path, layout = path_of(schema, table), getattr(schema, table)
    if layout.sql is not None:
        key = f"dataset.{table}.sql"
        return read_sql(layout.sql, key, BadRows(key, reading), columns)
    return None if path is None else load_file(path, f"dataset.{table}.path", reading, layout, columns)


def load_file(
    path: Path, key: str, reading: Reading, layout: TableFile, columns: Collection[str] | None = None
) -> RawTable:
    """The table in the file `path`, which the setting `key` names; `layout` says how a file in text is laid out.

    Raises:
        DatasetError: as `load_table`.
    """
    must_exist(path, key, layout)
    bad, suffix = BadRows(str(path), reading), format_of(path, layout)
    if suffix in SEPARATORS:
        return read_delimited(path, bad, columns, layout)
    return READERS[suffix](path, bad, columns)


def from_frame(frame: Any, key: str, reading: Reading) -> RawTable:
    """The table in a pandas data frame.

    Raises:
        DatasetError: it is not a data frame, or has a column twice.
    """
    if not isinstance(frame, pd.DataFrame):
        raise DatasetError(f"{key}: given a {type(frame).__name__}, accepted: a pandas.DataFrame")
    names = [str(name) for name in frame.columns]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise DatasetError(f"{key}: the column {twice!r} is there twice; rename one of them")
    columns = {name: frame.iloc[:, position].reset_index(drop=True) for position, name in enumerate(names)}
    return RawTable(key, names, columns, False, range(1, len(frame) + 1), BadRows(key, reading))
