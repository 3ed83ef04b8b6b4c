"""What builds and records have in common as collections of a Milvus."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from towhee_recsys.config.milvus import IndexType, ServerConfig
from towhee_recsys.stores.vectors.index_types import EXACT, creation_settings
from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.milvus.options import creation_options, loading_options
from towhee_recsys.stores.vectors.milvus.schema import VECTOR
from towhee_recsys.stores.vectors.protocol import PLAIN

NOW: Mapping[str, Any] = MappingProxyType({"consistency_level": "Strong"})  # pymilvus changes what it is given
"""For reads that must see whatever was written before, by any process. Other reads see what this process wrote."""


def create_collection(
    milvus: Milvus, name: str, schema: Any, index: IndexType = EXACT, server: ServerConfig = PLAIN
) -> None:
    """Makes an empty collection, loaded, whose vectors are searched by inner product. Raises StoreError."""
    milvus.call(f"creating {name}", "create_collection", name, schema=schema, **creation_options(server))
    create_index(milvus, name, index, server)


def has_index(milvus: Milvus, name: str) -> bool:
    """Whether the collection has its index: one whose process is killed while it creates it has none."""
    return bool(milvus.call(f"describing {name}", "list_indexes", name, field_name=VECTOR))


def create_index(milvus: Milvus, name: str, index: IndexType = EXACT, server: ServerConfig = PLAIN) -> None:
    """Gives a collection its index, and loads it."""
    from pymilvus import MilvusClient

    params, doing = MilvusClient.prepare_index_params(), f"creating {name}"
    params.add_index(VECTOR, index_type=index.type, metric_type="IP", params=creation_settings(index))
    milvus.call(doing, "create_index", name, index_params=params, sync=False)  # else pymilvus sleeps to wait
    milvus.call(doing, "load_collection", name, **loading_options(server))
