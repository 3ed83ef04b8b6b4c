"""Records from a table in any format that is not part of a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from towhee_recsys.config.table_file import TableFile
from towhee_recsys.data.dataset import records
from towhee_recsys.data.sources.bad_rows import Reading
from towhee_recsys.data.sources.table.load import file_parts, from_frame
from towhee_recsys.data.sources.table.raw import RawTable


@dataclass(frozen=True)
class TableRecords:
    """Some rows of a table.

    Attributes:
        columns: The names of all columns.
        records: The rows as records, with None for missing values.
        is_text: Whether values are texts as in a CSV file, whatever they stand for.
    """

    columns: list[str]
    records: list[dict[str, Any]]
    is_text: bool


def table_records(source: str | Path | pd.DataFrame, key: str, size: int) -> Iterator[TableRecords]:
    """The rows of a CSV, TSV, JSON lines or Parquet file, or of a frame, about `size` at a time.

    `key` names the argument in messages.

    Raises, during the iteration:
        DatasetError: the file is missing or unreadable, or a row is malformed.
    """
    reading = Reading(encoding="utf-8")
    if isinstance(source, pd.DataFrame):
        yield from map(_records, from_frame(source, key, reading, size))
    else:
        yield from map(_records, file_parts(Path(source), key, reading, TableFile(), size))


def _records(raw: RawTable) -> TableRecords:
    return TableRecords(list(raw.names), records(pd.DataFrame(raw.columns)), raw.is_text)
