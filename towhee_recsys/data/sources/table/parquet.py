"""Parquet files."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from towhee_recsys.data.sources.bad_rows import BadRows
from towhee_recsys.data.sources.table.files import OPENERS, open_binary
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.errors import DatasetError


def read_parquet(path: Path, bad: BadRows, columns: Collection[str] | None, size: int | None) -> Iterator[RawTable]:
    """The table in a Parquet file, in parts of `size` rows, or as a whole; values keep their types.

    Raises:
        DatasetError: the file is unreadable or not Parquet.
    """
    with open_binary(path) as file:
        source = pa.BufferReader(file.read()) if path.suffix.lower() in OPENERS else file
        first = 1
        try:
            opened = pyarrow.parquet.ParquetFile(source)
            names = opened.schema_arrow.names
            if len(set(names)) < len(names):
                raise DatasetError(f"{path}: a column is there twice; rename one of them")
            wanted = [name for name in names if columns is None or name in columns]
            for part in _parts(opened, wanted, size):
                # Integers with gaps stay integers as objects; as floats, large ids would lose digits.
                frame = part.to_pandas(integer_object_nulls=True, ignore_metadata=True)
                series = {str(name): frame[name] for name in frame}
                yield RawTable(str(path), names, series, False, range(first, first + part.num_rows), bad)
                first += part.num_rows
        except DatasetError:
            raise
        except Exception as error:  # Arrow's errors have no base of their own
            raise DatasetError(f"{path} is not a Parquet file that can be read: {error}; copy it again") from error


def _parts(opened: Any, columns: list[str], size: int | None) -> Iterator[Any]:
    if size is None or not opened.metadata.num_rows:
        yield opened.read(columns=columns)
    else:
        yield from opened.iter_batches(size, columns=columns)
