"""Reading a declared dataset of any format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee_recsys.config import DataSchema, load_config
from towhee_recsys.data.cache import SMALLEST, keep_dataset, key_of, load_dataset, states_of
from towhee_recsys.data.cleaning import cleaned
from towhee_recsys.data.dataset import Dataset
from towhee_recsys.data.items import ItemSchema
from towhee_recsys.data.sources import source_of
from towhee_recsys.errors import DatasetError

if TYPE_CHECKING:
    import pandas as pd


def declared(dataset: Mapping[str, Any]) -> DataSchema:
    """The complete declaration of `dataset`, a section of a config.

    Raises:
        ConfigError: the declaration is wrong.
    """
    return load_config(dataset=dataset).dataset


def read_dataset(schema: DataSchema) -> Dataset:
    """The dataset that `schema`, the `dataset` section of a loaded config, declares; downloaded first if it says so.

    Its interactions are cleaned as declared. A dataset of many interactions is kept in the folder `schema.cache`, from
    where it is loaded as long as the content of its files and the declaration are the same.

    Raises:
        ConfigError: `schema` is something else.
        DatasetError: a file is missing or unreadable, the download failed, a row is bad (strict reading), or too many
            are (lenient reading), or cleaning leaves no interaction.
    """
    ensure_dataset(schema)
    source = source_of(schema)
    files = source.files(schema)
    states, fingerprint = states_of(files), source.fingerprint(schema)
    if fingerprint is None or schema.cache is None:
        return cleaned(source.read(schema, fingerprint))
    folder = Path(schema.cache, key_of(schema, fingerprint))
    if (kept := load_dataset(folder, schema)) is not None:
        return kept
    dataset = cleaned(source.read(schema, fingerprint))
    if len(dataset.interactions) >= SMALLEST and states == states_of(files):  # no file has been changed meanwhile
        keep_dataset(dataset, folder)
    return dataset


def ensure_dataset(schema: DataSchema) -> None:
    """Makes sure that the files of `schema` are there, and downloads them where it says so.

    Raises:
        DatasetError: files are missing and may not be downloaded, or the download failed.
    """
    source_of(schema).ensure(schema)


def iter_items(
    schema: DataSchema, path: str | None = None, chunk_size: int = 500, items: ItemSchema | None = None
) -> Iterator[list[dict[str, Any]]]:
    """Lists of at most `chunk_size` records of items, those of the dataset or of another file in its format.

    What is missing in a record is None. The columns of another file have the types that `items`, as in a model's
    bundle, has for them; without it those of the dataset, which is read for that.

    Raises:
        DatasetError: as `read_dataset`; for a bad row when it is reached, for too many of them at the end.
    """
    if chunk_size < 1:
        raise DatasetError(f"chunk_size takes a whole number from 1 up, not {chunk_size!r}")
    return source_of(schema).iter_items(schema, path, chunk_size, items)


def read_items(schema: DataSchema, path: str | None = None, items: ItemSchema | None = None) -> pd.DataFrame:
    """The items of the dataset, or of another file in its format, as a frame; `items` as in `iter_items`.

    Raises:
        DatasetError: as `read_dataset`.
    """
    import pandas as pd

    return pd.DataFrame(list(chain.from_iterable(iter_items(schema, path, 10_000, items))))


def check_dataset(schema: DataSchema) -> tuple[str, bool]:
    """What is found at the declared paths of `schema`, in a sentence, and whether all files exist.

    They do not where they have yet to be downloaded.

    Raises:
        DatasetError: a file is missing, or cannot be opened.
    """
    return source_of(schema).check(schema)


def count_items(schema: DataSchema, path: str | None = None) -> int | None:
    """About how many items `iter_items` gives; None where that is not known before.

    Raises:
        DatasetError: a file cannot be read.
    """
    return source_of(schema).count_items(schema, path)
