"""The items of a build in memory, or in files that several processes of one machine map into their memory."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from towhee_recsys.data.items import EXPIRY, VARIANCE, Id, IdType
from towhee_recsys.stores.vectors import MAX_TOP_K, Filter, IndexRecord, Rows, VectorStore, all_ids, checked_filter
from towhee_recsys.stores.vectors import id_array as ids_of_type
from towhee_recsys.support.files import write_file

VECTORS, FACTS = "vectors.npy", "items.parquet"
"""The files of saved items; the second is written last."""


@dataclass(frozen=True, eq=False)
class Items:
    """The items that may be recommended, n of them.

    Attributes:
        ids: Their ids, int64[n] or object[n] of str.
        vectors: Their unit vectors, float32[n, dim].
        expiry: When they expire, in seconds since 1970, float64[n], NaN for never; None where none expires.
        variances: What they multiply the variance of predicted ratings by, float64[n]; None where it is not known.
    """

    ids: np.ndarray
    vectors: np.ndarray
    expiry: np.ndarray | None = None
    variances: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def id_type(self) -> IdType:
        """The type of the ids."""
        return "int" if self.ids.dtype == np.int64 else "text"


def read_items(
    store: VectorStore,
    record: IndexRecord,
    where: Filter | None = None,
    exclude: Collection[Id] = (),
    folder: Path | None = None,
) -> Items:
    """The items of a build that match a filter and are not among `exclude`, read once, a part at a time.

    With a `folder` the vectors go to a file in it, and may be more than the memory holds; else they stay in memory.

    Raises:
        QueryError: the filter is not one for the fields of this build.
        StoreError: the store fails.
    """
    where = checked_filter(where, record.fields, record.id_type) if where else None
    only = None if where is None or where.only is None else ids_of_type(list(where.only), record.id_type)
    unwanted, ids = set(exclude), np.sort(all_ids(store, record.build) if only is None else only)
    vectors = _empty(folder, len(ids), record.dim)
    kept: list[np.ndarray] = []
    columns: dict[str, list[Any]] = {name: [] for name in (EXPIRY, VARIANCE) if name in record.fields}
    count = 0
    for first in range(0, len(ids), MAX_TOP_K):
        rows = store.rows(record.build, ids[first : first + MAX_TOP_K])
        rows = rows[np.argsort(rows.ids)]
        rows = rows if where is None and not unwanted else rows[_wanted(rows, where, unwanted)]
        vectors[count : count + len(rows)] = rows.vectors
        count += len(rows)
        kept.append(rows.ids)
        for name, values in columns.items():
            values += rows.fields[name]
    numbers = {name: np.array(values, dtype=np.float64) for name, values in columns.items()}  # None becomes NaN
    all_kept = np.concatenate(kept) if kept else ids
    return Items(all_kept, vectors[:count], numbers.get(EXPIRY), numbers.get(VARIANCE))


def save_items(items: Items, folder: Path) -> None:
    """Completes the files of items that were read into a folder."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if isinstance(items.vectors, np.memmap):
        items.vectors.flush()
    columns = {"id": pa.array(items.ids.tolist(), pa.int64() if items.id_type == "int" else pa.string())}
    columns |= {} if items.expiry is None else {EXPIRY: pa.array(items.expiry)}
    columns |= {} if items.variances is None else {VARIANCE: pa.array(items.variances)}
    write_file(folder / FACTS, lambda file: pq.write_table(pa.table(columns), file))


def open_items(folder: Path, id_type: IdType) -> Items:
    """Saved items, whose vectors are mapped into memory, not read."""
    import pyarrow.parquet as pq

    table = pq.read_table(folder / FACTS)
    found = {name: table[name].to_numpy() for name in (EXPIRY, VARIANCE) if name in table.column_names}
    ids = ids_of_type(table["id"].to_pylist(), id_type)
    vectors = np.load(folder / VECTORS, mmap_mode="r")[: len(ids)]
    return Items(ids, vectors, found.get(EXPIRY), found.get(VARIANCE))


def _empty(folder: Path | None, rows: int, dim: int) -> np.ndarray:
    if folder is None or not rows:
        vectors = np.empty((rows, dim), dtype=np.float32)
        if folder is not None:
            np.save(folder / VECTORS, vectors)
        return vectors
    return np.lib.format.open_memmap(str(folder / VECTORS), mode="w+", dtype=np.float32, shape=(rows, dim))


def _wanted(rows: Rows, where: Filter | None, unwanted: Collection[Id]) -> list[int]:
    fields = list(rows.fields.items())
    return [
        row
        for row, key in enumerate(rows.ids.tolist())
        if key not in unwanted and (where is None or where.matches(key, {name: values[row] for name, values in fields}))
    ]
