"""What is made sure of before a build goes live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import numpy as np

from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.milvus.store import READ_AT_ONCE, count, exists, nearest, rows_of
from towhee_recsys.stores.vectors.milvus.types import EXACT, index_type
from towhee_recsys.stores.vectors.records import IndexRecord
from towhee_recsys.stores.vectors.rows import differing, hashes

AT_MOST = READ_AT_ONCE
"""Items that are read back and searched; of more, so many drawn by chance."""

COMPARED, AT_LEAST = 2**19, 16
"""Where every search compares all rows: rows that searches compare at most, and searches that are made at least."""

FOUND = 0.98
"""The share of items that must find themselves where the type of index is not exact."""

CURE = "The live index is as it was; index again."
"""What every refusal ends with."""


def verify(milvus: Milvus, record: IndexRecord, ids: np.ndarray, written: np.ndarray) -> None:
    """Raises IndexMismatchError unless the build is as `record` says and holds what was `written`.

    That are the hashes uint64[n] of the rows of `ids` int64[n]. An item must find itself, or its equal: a search for
    its own vector gives a cosine of 1. How many rows there are is counted. Up to 256 items are all read back and
    searched; of more, 256 drawn by chance, which costs the same for a million: what goes wrong on the way, as rows
    mixed up, another metric, a part that is not searched, is wrong of many rows, and a fault in 2 of 100 is missed once
    in 170 times. Where a search compares all rows, fewer are made in a large build.
    """
    must_be_there(milvus, record)
    drawn = sorted(Random(record.build).sample(range(len(ids)), min(len(ids), AT_MOST)))
    there, vectors = rows_of(milvus, record.build, ids[drawn]) if drawn else ([], np.zeros((0, record.dim)))
    if len(wrong := differing(ids[drawn], written[drawn], there, hashes(there, vectors))):
        item = ids[drawn][wrong[0]]
        raise IndexMismatchError(f"{record.build}: item {item} reads other than it was written. {CURE}")
    exact = record.index == EXACT.type
    searched = vectors[: max(AT_LEAST, COMPARED // record.rows)] if exact and drawn else vectors
    lost = _lost(milvus, record, searched) if drawn else 0
    if lost > (0 if exact else (1 - FOUND) * len(searched)):
        raise IndexMismatchError(f"{record.build}: {lost} of {len(searched)} items do not find themselves. {CURE}")


def must_be_there(milvus: Milvus, record: IndexRecord, cure: str = CURE) -> None:
    """Raises IndexMismatchError unless the build has the dim, the metric and the number of rows that `record` says."""
    if not exists(milvus, record.build):
        raise IndexMismatchError(f"{record.build} of the index {record.collection!r} is gone. {cure}")
    dim, metric, _ = shape(milvus, record.build)
    if (dim, metric) != (record.dim, record.metric):
        raise IndexMismatchError(
            f"the index {record.collection!r} has vectors of {dim} numbers and metric {metric}, "
            f"but {record.dim} and {record.metric} were recorded. {cure}"
        )
    rows = count(milvus, record.build)
    if rows != record.rows:
        raise IndexMismatchError(
            f"the index {record.collection!r} has {rows} rows, but {record.rows} were written. {cure}"
        )


def shape(milvus: Milvus, name: str) -> tuple[int | None, str | None, str | None]:
    """Of a collection's first vector field: how many numbers, which metric and which type of index; None if unknown."""
    dim, index = described(milvus, name)
    return dim, index.get("metric_type"), index.get("index_type")


def described(milvus: Milvus, name: str) -> tuple[int | None, Mapping[str, Any]]:
    """Of a collection's first vector field: how many numbers, and what Milvus says of its index; else None, {}."""
    doing = f"describing {name}"
    fields: Sequence[Mapping[str, Any]] = milvus.call(doing, "describe_collection", name)["fields"]
    vector = next((each for each in fields if "dim" in each.get("params", {})), None)
    indexes = milvus.call(doing, "list_indexes", name, field_name=vector["name"]) if vector else []
    index = milvus.call(doing, "describe_index", name, index_name=indexes[0]) if indexes else {}
    return int(vector["params"]["dim"]) if vector else None, index


def _lost(milvus: Milvus, record: IndexRecord, vectors: np.ndarray) -> int:
    """How many of float32[n, dim] have nothing of their own direction in the build."""
    how = index_type(milvus, {"type": record.index})
    nearest_of = nearest(milvus, record.build, vectors, 1, how)
    scores = [hits[0]["distance"] if hits else None for hits in nearest_of]
    return sum(not finds_itself(score, record.index) for score in scores)


def finds_itself(score: float | None, kind: str) -> bool:
    """Whether the best cosine of a search for an item's own vector, None without a hit, is its own or its equal's.

    `kind` is the type of the index: one with a byte a number is less exact.
    """
    return score is not None and abs(score - 1) <= (1e-2 if "SQ8" in kind else 1e-4)
