"""What an index says of itself, kept in Milvus beside the vectors.

Milvus Lite has no alias. So the live index is named by a record: the newest row of a small collection. One row is
written whole or not at all, which makes it the moment of the switch.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from towhee_recsys.index.collection import create_with
from towhee_recsys.index.connection import TIMEOUT, milvus_errors

RECORDS = "towhee_recsys_indexes"

_writing = threading.Lock()
"""Held while a record is written: they are numbered, and several collections share them."""


@dataclass(frozen=True)
class Receipt:
    """What one insert wrote: into which build, of which model, how many rows, and the sum of the rows' hashes."""

    build: str
    model_id: str | None
    dim: int
    rows: int
    content: int


@dataclass(frozen=True)
class IndexRecord:
    """A complete index: the collection that holds it, and what must be true of its rows."""

    collection: str
    build: str
    model_id: str | None
    dim: int
    metric: str
    rows: int
    content_hash: str


def content(ids: Sequence[int], vectors: np.ndarray) -> int:
    """A hash of rows that does not depend on their order: the sum of each row's, modulo 2**64."""
    return added(_hash(int(key), vector) for key, vector in zip(ids, np.asarray(vectors, np.float32), strict=True))


def added(hashes: Iterable[int]) -> int:
    """The sum modulo 2**64."""
    return sum(hashes) % 2**64


def _hash(key: int, vector: np.ndarray) -> int:
    digest = hashlib.blake2b(f"{key}:".encode() + vector.tobytes(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def read_record(client: Any, collection: str) -> IndexRecord | None:
    """The record of the live index called `collection`, or None."""
    with milvus_errors(f"reading the record of {collection}"):
        rows = [row for row in _rows(client) if row["record"]["collection"] == collection]
    return IndexRecord(**max(rows, key=lambda row: row["id"])["record"]) if rows else None


def write_record(client: Any, record: IndexRecord) -> None:
    """Makes `record` the live one of its collection, then forgets the older ones."""
    with _writing, milvus_errors(f"writing the record of {record.collection}"):
        if not client.has_collection(RECORDS, timeout=TIMEOUT):
            _create(client)
        rows = _rows(client)
        number = max((row["id"] for row in rows), default=0) + 1
        client.insert(RECORDS, [{"id": number, "vector": [0.0, 0.0], "record": asdict(record)}], timeout=TIMEOUT)
        old = [row["id"] for row in rows if row["record"]["collection"] == record.collection]
        if old:
            client.delete(RECORDS, ids=old, timeout=TIMEOUT)


def _rows(client: Any) -> list[dict[str, Any]]:
    if not client.has_collection(RECORDS, timeout=TIMEOUT):
        return []
    return list(client.query(RECORDS, filter="id >= 0", output_fields=["id", "record"], timeout=TIMEOUT))


def _create(client: Any) -> None:
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=2)  # Milvus makes no collection without one
    schema.add_field("record", DataType.JSON)
    create_with(client, RECORDS, schema)
