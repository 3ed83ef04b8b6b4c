"""What the tables of a declaration are read from: files and queries."""

from __future__ import annotations

from pathlib import Path

from towhee_recsys.config import DataSchema, is_published
from towhee_recsys.config.published import PUBLISHED
from towhee_recsys.config.sql import SqlQuery
from towhee_recsys.data.sources.table.files import path_of
from towhee_recsys.data.sources.table.parts import files_of

TABLES = ("users", "items", "interactions")


def declared_files(schema: DataSchema) -> dict[str, Path]:
    """The declared files that no data frame replaces."""
    paths = {table: path_of(schema, table) for table in TABLES if table not in schema.tables}
    return {table: path for table, path in paths.items() if path is not None} | files_of(schema)


def declared_queries(schema: DataSchema) -> dict[str, SqlQuery]:
    """The declared queries that no data frame replaces."""
    queries = {table: getattr(schema, table).sql for table in TABLES if table not in schema.tables}
    return {table: sql for table, sql in queries.items() if sql is not None}


def published_files(schema: DataSchema) -> list[str]:
    """Those of the declared files that the published dataset of this name has."""
    if not is_published(schema):
        return []
    declared = {getattr(schema, table).path for table in TABLES if table not in schema.tables}
    return [name for name in PUBLISHED[schema.name].files if name in declared]
