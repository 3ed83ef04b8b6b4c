"""The types of vector index: how one is created, and how it is searched; and the options of a server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from towhee_recsys.config import load_section
from towhee_recsys.config.milvus import FlatIndex, IndexType, ServerConfig

if TYPE_CHECKING:
    from towhee_recsys.stores.vectors.protocol import VectorStore

EXACT = FlatIndex()
"""The type of index that compares every row."""

NPROBE = 16
"""Clusters that a search reads where the settings name no number."""


MOST_EF = 32_768
"""The widest search of HNSW that Milvus accepts."""


def index_type(store: VectorStore, settings: Mapping[str, Any] | None = None) -> IndexType:
    """The checked type of index of `settings`, such as {"type": "HNSW", "M": 16}; None is FLAT.

    Raises:
        ConfigError: the settings are not those of a type of index.
        StoreError: the store does not have that type.
    """
    if settings is None or settings == {"type": EXACT.type}:
        return EXACT
    checked: IndexType = load_section("milvus.index", IndexType, settings)
    store.check_index_type(checked)
    return checked


def server_options(store: VectorStore, settings: Mapping[str, Any] | None = None) -> ServerConfig:
    """The checked options of `settings`, such as {"shards": 2}: those of `milvus.server` in a config.

    Raises:
        ConfigError: the settings are not acceptable.
        StoreError: the store does not have one of them.
    """
    checked: ServerConfig = load_section("milvus.server", ServerConfig, settings or {})
    store.check_options(checked)
    return checked


def creation_settings(index: IndexType) -> dict[str, int]:
    """The settings with which an index of that type is created."""
    return index.model_dump(include={"nlist", "M", "efConstruction"})


def width_limit(index: IndexType, rows: int) -> int:
    """The widest search of so many rows: the largest `ef` that is accepted or needed, or all clusters."""
    return int(getattr(index, "nlist", min(rows, MOST_EF)))


def at_least(index: IndexType, chosen: Mapping[str, int]) -> IndexType:
    """`index` with the search settings that a build has recorded, where those are wider than its own."""
    own = search_settings(index, 1) if chosen else {}
    wider = {name: value for name, value in chosen.items() if value > own.get(name, value)}
    return index.model_copy(update=wider) if wider else index


def search_settings(index: IndexType, limit: int) -> dict[str, int]:
    """The settings of a search for the `limit` nearest rows: HNSW looks at `limit` rows at least."""
    settings: dict[str, Any] = index.model_dump(include={"nlist", "nprobe", "ef"})
    if "nlist" in settings:
        return {"nprobe": settings["nprobe"] or min(NPROBE, settings["nlist"])}
    return {"ef": max(settings["ef"], limit)} if "ef" in settings else {}
