"""Parquet files."""

from __future__ import annotations

import io
from collections.abc import Collection
from pathlib import Path

from towhee_recsys.data.sources.bad_rows import BadRows
from towhee_recsys.data.sources.table.files import INSTALL, open_binary
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.errors import DatasetError


def read_parquet(path: Path, bad: BadRows, columns: Collection[str] | None) -> RawTable:
    """The table in a Parquet file; values keep their types.

    Raises:
        DatasetError: the file is unreadable or not Parquet, or the package that reads it is not installed.
    """
    try:
        import pyarrow.parquet
    except ImportError:
        raise DatasetError(f"{path}: Parquet files need the package pyarrow: {INSTALL}") from None
    with open_binary(path) as file:
        content = io.BytesIO(file.read())
    try:
        opened = pyarrow.parquet.ParquetFile(content)
        names = opened.schema_arrow.names
        wanted = [name for name in names if columns is None or name in columns]
        # Integers with gaps stay integers as objects; as floats, large ids would lose digits.
        frame = opened.read(columns=wanted).to_pandas(integer_object_nulls=True, ignore_metadata=True)
    except Exception as error:  # Arrow's errors have no base of their own
        raise DatasetError(f"{path} is not a Parquet file that can be read: {error}; copy it again") from error
    if len(set(names)) < len(names):
        raise DatasetError(f"{path}: a column is there twice; rename one of them")
    series = {str(name): frame[name] for name in frame}
    return RawTable(str(path), names, series, False, range(1, len(frame) + 1), bad)
