"""What an index says of itself, kept in Milvus beside the vectors: a record for each build that went live.

A record is one row of a small collection, and one row is written whole or not at all. A build's newest row counts;
the newest of all is, in a Milvus Lite file, that of the live build.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.milvus.store import NOW, create_with, exists

RECORDS = "towhee_recsys_indexes"

_writing = threading.Lock()
"""Held while a record is written: they are numbered, and several collections share them."""


@dataclass(frozen=True, eq=False)
class Receipt:
    """What one insert wrote: into which build, of which model; the items' `ids` int64[n], the `hashes` uint64[n]."""

    build: str
    model_id: str | None
    dim: int
    ids: np.ndarray = field(repr=False)
    hashes: np.ndarray = field(repr=False)

    @property
    def rows(self) -> int:
        """How many rows were written."""
        return len(self.ids)


@dataclass(frozen=True)
class IndexRecord:
    """A complete index: the collection that holds it, and what must be true of its rows.

    `published` is the moment, in UTC, at which it first went live. `pending` are the ids of rows that are just being
    added or deleted: `rows` and `content_hash` leave them out.
    """

    collection: str
    build: str
    model_id: str | None
    dim: int
    metric: str
    rows: int
    content_hash: str
    index: str = "FLAT"
    published: str = field(default="", compare=False)
    pending: tuple[int, ...] = ()


def read_records(milvus: Milvus, collection: str) -> list[IndexRecord]:
    """The records of the builds of `collection`, the newest written first."""
    rows = [row["record"] for row in _rows(milvus) if row["record"]["collection"] == collection]
    newest = {row["build"]: row for row in rows}
    return [_record(row) for row in reversed(rows) if newest[row["build"]] is row]


def write_record(milvus: Milvus, record: IndexRecord) -> None:
    """Makes `record` the newest, then forgets what was written of its build before. Raises StoreError."""
    with _writing:
        if not exists(milvus, RECORDS):
            _create(milvus)
        rows = _rows(milvus)
        number = max(rows[-1]["id"] + 1 if rows else 0, time.time_ns())  # another process on a server draws another
        row = {"id": number, "vector": [0.0, 0.0], "record": asdict(record)}
        milvus.call(f"writing the record of {record.build}", "insert", RECORDS, data=[row])
        _delete(milvus, (row for row in rows if row["record"]["build"] == record.build))


def forget(milvus: Milvus, builds: Collection[str]) -> None:
    """Removes the records of `builds`. Raises StoreError."""
    with _writing:
        _delete(milvus, (row for row in _rows(milvus) if row["record"]["build"] in builds))


def _record(row: Mapping[str, Any]) -> IndexRecord:
    return IndexRecord(**{**row, "pending": tuple(row.get("pending", ()))})


def _rows(milvus: Milvus) -> list[dict[str, Any]]:
    """All rows, the oldest first."""
    if not exists(milvus, RECORDS):
        return []
    fields = ["id", "record"]
    rows = milvus.call("reading the records", "query", RECORDS, filter="id >= 0", output_fields=fields, **NOW)
    return sorted(rows, key=lambda row: row["id"])


def _delete(milvus: Milvus, rows: Iterable[Mapping[str, Any]]) -> None:
    if old := [row["id"] for row in rows]:
        milvus.call("forgetting old records", "delete", RECORDS, ids=old)


def _create(milvus: Milvus) -> None:
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=2)  # Milvus makes no collection without one
    schema.add_field("record", DataType.JSON)
    create_with(milvus, RECORDS, schema)
