"""Data frames and arrays as Arrow files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

_NUMPY = ("int64", "float64", "bool")
_PANDAS = ("Int64", "boolean", "object", "str")
_DTYPES = b"dtypes"


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """Writes a table of users or items.

    Raises:
        TypeError: a column is of another type than such tables have.
        pyarrow.ArrowException: a column has values of several types.
    """
    dtypes = [str(dtype) for dtype in frame.dtypes]
    if unknown := set(dtypes) - {*_NUMPY, *_PANDAS}:
        raise TypeError(f"columns of the type {unknown.pop()}")
    table = pa.Table.from_pandas(frame, preserve_index=False)
    _write(path, table.replace_schema_metadata({_DTYPES: json.dumps(dtypes)}))


def read_frame(path: Path) -> pd.DataFrame:
    """The table that `write_frame` has written, column by column as it was.

    Raises:
        ValueError, KeyError, OSError: `write_frame` has not written the file, or it cannot be read.
    """
    table = _mapped(path)
    dtypes = json.loads(table.schema.metadata[_DTYPES])
    columns = {
        name: _series(column, dtype)
        for name, column, dtype in zip(table.column_names, table.columns, dtypes, strict=True)
    }
    return pd.DataFrame(columns)


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes arrays of one length."""
    _write(path, pa.table({name: pa.array(array) for name, array in arrays.items()}))


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays that `write_arrays` has written, mapped into memory: they cannot be changed.

    Raises:
        ValueError, OSError: `write_arrays` has not written the file, or it cannot be read.
    """
    table = _mapped(path)
    return {name: table[name].chunk(0).to_numpy() for name in table.column_names}


def _series(column: Any, dtype: str) -> pd.Series:
    if dtype in _NUMPY:
        return pd.Series(column.to_numpy())
    return pd.Series(column.to_pylist(), dtype=dtype)


def _write(path: Path, table: Any) -> None:
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def _mapped(path: Path) -> Any:
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
