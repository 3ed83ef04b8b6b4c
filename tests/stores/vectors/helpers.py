"""What tests of the vector index share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from towhee_recsys.stores.vectors import IndexRecord, Rows, VectorIndex, id_array, id_type_of
from towhee_recsys.stores.vectors.memory import MemoryStore
from towhee_recsys.stores.vectors.milvus.kinds import LiteStore
from towhee_recsys.stores.vectors.milvus.store import MilvusStore
from towhee_recsys.stores.vectors.rows import content_hash, hashes


class SharedStore(MemoryStore):
    """A store in memory that says that other processes write to it, too."""

    shared = True


def rows(ids: Sequence[Any], vectors: Any, fields: Mapping[str, list[Any]] | None = None) -> Rows:
    """Rows as a store takes them."""
    return Rows(id_array(list(ids), id_type_of(ids)), np.asarray(vectors, np.float32), fields or {})


def upsert(index: VectorIndex, build: str, ids: Sequence[Any], vectors: Any) -> None:
    """Writes rows into a build behind the index' back."""
    index.store.upsert(build, rows(ids, vectors))


def without(record: IndexRecord, gone: Rows) -> IndexRecord:
    """The record that is written before those rows, which are there, change."""
    total = content_hash(-hashes(gone), record.content_hash)
    return replace(record, rows=record.rows - len(gone), content_hash=total, pending=tuple(gone.ids.tolist()))


def nearest(index: VectorIndex, vectors: Any) -> list[Any]:
    """The id of the item nearest to each vector."""
    return [hits[0].id for hits in index.search(vectors, 1)]


def milvus_only(index: VectorIndex) -> Any:
    """The Milvus below the index; a test of what only a Milvus can do is skipped elsewhere."""
    if not isinstance(index.store, MilvusStore):
        pytest.skip("only a Milvus can be changed by others so")
    return index.store.milvus


def is_file(index: VectorIndex) -> bool:
    """Whether it is a file of Milvus Lite 2."""
    return isinstance(index.store, LiteStore) and Path(index.store.where).is_file()
