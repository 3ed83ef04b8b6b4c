"""Readers of datasets, one a format."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from towhee_recsys.config import DataSchema
from towhee_recsys.config.formats import TABLE
from towhee_recsys.data.dataset import Dataset
from towhee_recsys.data.items import ItemSchema
from towhee_recsys.errors import ConfigError

SOURCES = {
    "movielens": "towhee_recsys.data.sources.movielens.source",
    "recbole": "towhee_recsys.data.sources.recbole.source",
    TABLE: "towhee_recsys.data.sources.table.source",
}
"""The module that reads a format, a `Source`, imported when it is needed; that of tables reads all others."""


class Source(Protocol):
    """The interface of the module of a format."""

    def ensure(self, schema: DataSchema) -> None:
        """Makes sure that the files are there; fetches them where the declaration says so.

        Raises:
            DatasetError: a file is missing, and may not or cannot be fetched.
        """

    def check(self, schema: DataSchema) -> tuple[str, bool]:
        """What is found, in a sentence, and whether all files are there; not where they have yet to be downloaded.

        Raises:
            DatasetError: a file is missing, or cannot be opened.
        """

    def files(self, schema: DataSchema) -> list[Path]:
        """The files that are read."""

    def fingerprint(self, schema: DataSchema) -> str | None:
        """SHA-256 over the content of the files; None where other content than that of files is read.

        Raises:
            DatasetError: a file cannot be read.
        """

    def read(self, schema: DataSchema, content: str | None = None) -> Dataset:
        """Reads the whole dataset; `content` is its fingerprint, where it is known.

        Raises:
            DatasetError: a file is missing or unreadable, or has a bad row (strict reading) or too many of them.
        """

    def iter_items(
        self, schema: DataSchema, path: str | None, chunk_size: int, items: ItemSchema | None
    ) -> Iterator[list[dict[str, Any]]]:
        """Lists of at most `chunk_size` records of items: those of the dataset, or of the file or folder `path`.

        `items` has the types of the columns of that file; None where they are those of the dataset.

        Raises:
            DatasetError: as `read`.
        """

    def count_items(self, schema: DataSchema, path: str | None) -> int | None:
        """About how many items `iter_items` gives; None where that is not known before.

        Raises:
            DatasetError: a file cannot be read.
        """


def source_of(schema: DataSchema) -> Source:
    """The reader of the format that `schema` declares.

    Raises:
        ConfigError: it is not the dataset section of a config, but a name or a whole config.
    """
    if not isinstance(schema, DataSchema):
        raise ConfigError(
            f"dataset: given {schema!r:.80}, accepted: the section `dataset` of a loaded config, such as "
            "load_config('sample').dataset."
        )
    return cast(Source, import_module(SOURCES.get(str(schema.format), SOURCES[TABLE])))
