"""The reader of tables: users, items and interactions as a declaration describes them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from towhee_recsys.config import DataSchema
from towhee_recsys.data.dataset import Dataset, records
from towhee_recsys.data.items import ItemSchema
from towhee_recsys.data.sources.bad_rows import BadRows, Reading
from towhee_recsys.data.sources.declared import declared_columns
from towhee_recsys.data.sources.published.download import download_dataset
from towhee_recsys.data.sources.published.folder import awaited
from towhee_recsys.data.sources.table.files import must_exist, open_binary
from towhee_recsys.data.sources.table.fingerprint import fingerprint_of
from towhee_recsys.data.sources.table.ids import Known
from towhee_recsys.data.sources.table.inputs import TABLES, declared_files, declared_queries, published_files
from towhee_recsys.data.sources.table.load import load_file, load_table
from towhee_recsys.data.sources.table.made import columns_to_read
from towhee_recsys.data.sources.table.parts import read_split
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.data.sources.table.side import Side, of_ids, read_side
from towhee_recsys.data.sources.table.sql import connected
from towhee_recsys.errors import DatasetError
from towhee_recsys.support.urls import shown_url


def ensure(schema: DataSchema) -> None:
    """Makes sure that the files are there; a published dataset is downloaded where the declaration says so.

    Raises:
        DatasetError: a file is missing or not declared, or its format is not known; or the download failed.
    """
    if published := published_files(schema):
        download_dataset(schema, published)
    files = declared_files(schema)
    if "interactions" not in {*files, *schema.tables, *declared_queries(schema)}:
        raise DatasetError(
            "dataset.interactions.path: missing, accepted: the file with the interactions; or sql: {url: ..., "
            "query: ...}, or, in Python, load_config(..., tables={'interactions': frame})"
        )
    for table, path in files.items():
        key = f"dataset.{table}.path" if table in TABLES else f"dataset.{table}"
        must_exist(path, key, getattr(schema, table.partition(".")[0]))


def check(schema: DataSchema) -> tuple[str, bool]:
    """Which tables are found, and whether they are all there: a published dataset may have yet to be downloaded.

    Raises:
        DatasetError: a file is missing, or cannot be opened.
    """
    if sentence := awaited(schema, published_files(schema)):
        return sentence, False
    ensure(schema)
    files = declared_files(schema)
    for path in files.values():
        with open_binary(path) as file:
            file.read(1)
    for table, sql in declared_queries(schema).items():
        with connected(sql, f"dataset.{table}.sql"):
            pass
    frames = [f"the data frame dataset.tables.{table}" for table in schema.tables]
    queries = [f"dataset.{table}.sql of {shown_url(sql.url)}" for table, sql in declared_queries(schema).items()]
    return ", ".join([*map(str, files.values()), *queries, *frames]), True


def files(schema: DataSchema) -> list[Path]:
    """The declared files that no data frame replaces."""
    return list(declared_files(schema).values())


def fingerprint(schema: DataSchema) -> str | None:
    """SHA-256 over the content of the files; None where there are data frames, or rows of queries.

    Raises:
        DatasetError: a file cannot be read.
    """
    return None if schema.tables or declared_queries(schema) else fingerprint_of(schema, declared_files(schema), {})


def read(schema: DataSchema, content: str | None = None) -> Dataset:
    """The users, the items and the interactions; `content` is the fingerprint of all, where it is known.

    Raises:
        DatasetError: a file is missing or unreadable, lacks a declared column or has a bad row (strict reading), or
            too many of them (lenient reading).
    """
    items, users = _side(schema, "items"), _side(schema, "users")
    found = read_split(schema, _known(users), _known(items))
    items = items or of_ids(found.items, schema.items.id)
    users = users or of_ids(found.users, schema.users.id)
    tables = (items.bad, users.bad, found.bad, *found.bad_later)
    bad = [table for table in tables if table is not None]
    digests = {"users": users.digest, "items": items.digest, "interactions": found.digest}
    given = {table: digest for table, digest in digests.items() if digest is not None}
    return Dataset(
        users.frame,
        items.frame,
        found.interactions,
        schema,
        content or fingerprint_of(schema, declared_files(schema), given),
        items.types,
        _counts(bad),
        tuple(table.warning for table in bad if table.warning),
    )


def iter_items(
    schema: DataSchema, path: str | None, chunk_size: int, items: ItemSchema | None = None
) -> Iterator[list[dict[str, Any]]]:
    """Lists of `chunk_size` records of items: those of the dataset, or those of the file `path`.

    The columns of that file have the types that `items` has for them; None takes them from the dataset.

    Raises:
        DatasetError: as `read`.
    """
    frame = (_items(schema) if path is None else _other_items(schema, path, items)).frame
    for start in range(0, len(frame), chunk_size):
        yield records(frame.iloc[start : start + chunk_size])


def count_items(schema: DataSchema, path: str | None) -> int | None:
    """About how many items there are; None without a table of items, or where it is a query.

    Raises:
        DatasetError: a file cannot be read.
    """
    if path is None and "items" in declared_queries(schema):
        return None
    table = _load_other(schema, path) if path is not None else load_table(schema, "items", ())
    return None if table is None else len(table.numbers)


def _items(schema: DataSchema) -> Side:
    if (items := _side(schema, "items")) is not None:
        return items
    return of_ids(read_split(schema, _known(_side(schema, "users")), None).items, schema.items.id)


def _other_items(schema: DataSchema, path: str, items: ItemSchema | None) -> Side:
    table = _load_other(schema, path)
    if items is not None and items.columns:
        return read_side(table, schema.items, "dataset.items", items.columns, items.id_type)
    try:
        own = _items(schema)
    except DatasetError as error:
        raise DatasetError(
            f"the columns of {path} have the types that they have in the dataset, which cannot be read: {error} "
            "Fix that, or name the folder of a trained model, which knows the types, in model_dir of read_items."
        ) from error
    return read_side(table, schema.items, "dataset.items", own.types, own.known.type)


def _load_other(schema: DataSchema, path: str) -> RawTable:
    columns = columns_to_read(schema.items, "dataset.items")
    return load_file(Path(os.path.expanduser(path)), "the path of the items", Reading.of(schema), schema.items, columns)


def _side(schema: DataSchema, table: str) -> Side | None:
    declared, key = getattr(schema, table), f"dataset.{table}"
    raw = load_table(schema, table, columns_to_read(declared, key))
    if raw is not None:
        return read_side(raw, declared, key)
    if columns := [setting for setting, _ in declared_columns(declared, key)][1:]:
        raise DatasetError(f"{columns[0]}: given without {key}.path; accepted: the file that has this column")
    return None


def _known(side: Side | None) -> Known | None:
    return None if side is None else side.known


def _counts(tables: list[BadRows]) -> Counter[str]:
    """How many rows were skipped, by "file: reason"."""
    return Counter({f"{Path(table.name).name}: {reason}": n for table in tables for reason, n in table.counts.items()})
