"""The reader of RecBole's atomic files: tables whose headers say which columns are lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from towhee_recsys.config import DataSchema
from towhee_recsys.data.dataset import Dataset
from towhee_recsys.data.items import ItemSchema
from towhee_recsys.data.sources.recbole.headers import with_headers
from towhee_recsys.data.sources.table import source as tables


def ensure(schema: DataSchema) -> None:
    """Makes sure that the files are there.

    Raises:
        DatasetError: a file is missing, or its header is not of this format.
    """
    tables.ensure(with_headers(schema))


def check(schema: DataSchema) -> tuple[str, bool]:
    """Which files are found; they are all there.

    Raises:
        DatasetError: as `ensure`; or a file cannot be opened.
    """
    return tables.check(with_headers(schema))


def files(schema: DataSchema) -> list[Path]:
    """The files that are there."""
    return tables.files(with_headers(schema))


def fingerprint(schema: DataSchema) -> str | None:
    """SHA-256 over the content of the files; None where there are data frames or queries.

    Raises:
        DatasetError: a file cannot be read.
    """
    return tables.fingerprint(with_headers(schema))


def read(schema: DataSchema, content: str | None = None) -> Dataset:
    """The users, the items and the interactions; `content` is the fingerprint of all, where it is known.

    Raises:
        DatasetError: as `ensure`; or a row is bad (strict reading), or too many are (lenient reading).
    """
    return replace(tables.read(with_headers(schema), content), schema=schema)


def iter_items(
    schema: DataSchema, path: str | None, chunk_size: int, items: ItemSchema | None = None
) -> Iterator[list[dict[str, Any]]]:
    """Lists of `chunk_size` records of items: those of the dataset, or those of another `.item` file, `path`.

    Raises:
        DatasetError: as `read`.
    """
    if path is not None and items is None:
        items = read(schema).item_schema  # the columns of the other file have the types that they have here
    return tables.iter_items(with_headers(schema, path), path, chunk_size, items)


def count_items(schema: DataSchema, path: str | None) -> int | None:
    """About how many items there are; None without a file of items.

    Raises:
        DatasetError: a file cannot be read.
    """
    return tables.count_items(with_headers(schema, path), path)
