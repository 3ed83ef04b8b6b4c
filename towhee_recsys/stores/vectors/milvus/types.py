"""The types of vector index: what Milvus is told when one is made, and when it is searched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from towhee_recsys.config import load_config
from towhee_recsys.config.milvus import AccessConfig, FlatIndex, IndexType, lite_lacks
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.milvus.connection import Milvus

EXACT = FlatIndex()
"""Every row is compared."""

NPROBE = 16
"""Clusters that a search reads where the settings name no number."""

__all__ = ["EXACT", "IndexType", "build_params", "index_type", "search_params"]


def index_type(milvus: Milvus, index: Mapping[str, Any] | None = None) -> IndexType:
    """The checked type of `index`, such as {"type": "HNSW", "M": 16}; None is FLAT.

    Raises ConfigError for settings that are none, and StoreError for a type that this Milvus does not have.
    """
    if index is None:
        return EXACT
    checked = load_config({"milvus": {"uri": "http://any", "index": index}}).milvus.index
    if milvus.lite and (why := lite_lacks(AccessConfig(), checked)):
        raise StoreError(f"milvus.uri {milvus.where!r}: {why}.")
    return checked


def build_params(index: IndexType) -> dict[str, int]:
    """What Milvus is told when an index is made."""
    return index.model_dump(include={"nlist", "M", "efConstruction"})


def search_params(index: IndexType, limit: int) -> dict[str, int]:
    """What Milvus is told when the `limit` nearest rows are searched: HNSW looks at `limit` rows at least."""
    settings: dict[str, Any] = index.model_dump(include={"nlist", "nprobe", "ef"})
    if "nlist" in settings:
        return {"nprobe": settings["nprobe"] or min(NPROBE, settings["nlist"])}
    return {"ef": max(settings["ef"], limit)} if "ef" in settings else {}
