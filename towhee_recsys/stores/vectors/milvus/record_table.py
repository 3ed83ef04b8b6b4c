"""The records of all indexes in one Milvus: a small collection, one row a record.

One row is written whole or not at all. A build's newest row counts.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.milvus.collection import NOW, create_collection, create_index, has_index
from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.milvus.errors import unfinished
from towhee_recsys.stores.vectors.milvus.filter import among
from towhee_recsys.stores.vectors.milvus.schema import ID, VECTOR, collection_schema
from towhee_recsys.stores.vectors.protocol import Layout
from towhee_recsys.support.forks import new_lock

RECORDS = "towhee_recsys_indexes"
"""The name of the collection."""


class RecordTable:
    """Reads and writes records. Safe under threads. Each method raises StoreError when Milvus fails."""

    def __init__(self, milvus: Milvus):
        self._milvus = milvus
        self._writing = new_lock()  # records are numbered, and several indexes share them

    def newest(self, collection: str) -> list[dict[str, Any]]:
        """The newest record of each build of `collection`, the newest first."""
        rows = [row["record"] for row in self._rows() if row["record"]["collection"] == collection]
        newest = {row["build"]: row for row in rows}
        return [row for row in reversed(rows) if newest[row["build"]] is row]

    def write(self, record: Mapping[str, Any]) -> None:
        """Makes `record` the newest, then forgets what was written of its build before."""
        with self._writing:
            if not self._milvus.call(f"looking for {RECORDS}", "has_collection", RECORDS):
                create_collection(self._milvus, RECORDS, records_schema())
            elif not has_index(self._milvus, RECORDS):
                create_index(self._milvus, RECORDS)
            rows = self._rows()
            later = secrets.randbelow(1_000_000) + 1  # other processes draw other numbers, be their clocks behind
            number = max(rows[-1][ID] + later if rows else 0, time.time_ns())
            row = {ID: number, VECTOR: [0.0, 0.0], "record": dict(record)}
            self._milvus.call(f"writing the record of {record['build']}", "insert", RECORDS, data=[row])
            self._delete(row for row in rows if row["record"]["build"] == record["build"])

    def forget(self, builds: Collection[str]) -> None:
        """Removes the records of `builds`."""
        with self._writing:
            self._delete(row for row in self._rows() if row["record"]["build"] in builds)

    def _rows(self) -> list[dict[str, Any]]:
        """All rows, the oldest first."""
        if not self._milvus.call(f"looking for {RECORDS}", "has_collection", RECORDS):
            return []
        how = {"filter": f"{ID} >= 0", "output_fields": [ID, "record"]}
        try:
            rows = self._milvus.call("reading the records", "query", RECORDS, **how, **NOW)
        except StoreError as error:
            if not unfinished(error):
                raise
            return []
        return sorted(rows, key=lambda row: row[ID])

    def _delete(self, rows: Iterable[Mapping[str, Any]]) -> None:
        if old := [row[ID] for row in rows]:
            self._milvus.call("forgetting old records", "delete", RECORDS, filter=among(old))


def records_schema() -> Any:
    """The schema of the collection."""
    from pymilvus import DataType

    schema = collection_schema(Layout(dim=2))  # Milvus makes no collection without a vector
    schema.add_field("record", DataType.JSON)
    return schema
