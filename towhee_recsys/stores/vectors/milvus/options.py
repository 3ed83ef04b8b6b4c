"""The options of a server's collections: shards, replicas, the partition key, consistency, and memory-mapped data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from towhee_recsys.config.milvus import ServerConfig
from towhee_recsys.stores.vectors.milvus.schema import field_of

MMAP, REPLICAS = "mmap.enabled", "collection.replica.number"
"""Properties of a collection. A server that loads it again, after a restart, takes the second from there (from 2.4)."""


def creation_options(server: ServerConfig) -> dict[str, Any]:
    """The arguments with which pymilvus creates a collection; what is not given is left to the server."""
    properties = {MMAP: "true"} if server.mmap else {}
    if server.replicas > 1:
        properties[REPLICAS] = str(server.replicas)
    options: dict[str, Any] = {"consistency_level": server.consistency}
    if server.shards > 1:
        options["num_shards"] = server.shards
    return options | ({"properties": properties} if properties else {})


def loading_options(server: ServerConfig) -> dict[str, Any]:
    """The arguments with which pymilvus loads a collection."""
    return {"replica_number": server.replicas} if server.replicas > 1 else {}


def described_options(described: Mapping[str, Any]) -> ServerConfig:
    """The options of a collection as pymilvus describes it, be it of another program; they are not checked."""
    from pymilvus.client.types import ConsistencyLevel

    properties = described.get("properties") or {}
    partitioned = (field_of(each["name"]) for each in described["fields"] if each.get("is_partition_key"))
    return ServerConfig.model_construct(
        shards=int(described.get("num_shards") or 1),
        replicas=int(properties.get(REPLICAS, 1)),
        partition_key=next(partitioned, None),
        consistency=ConsistencyLevel.Name(described.get("consistency_level", ConsistencyLevel.Session)),
        mmap=str(properties.get(MMAP, False)).lower() == "true",
    )
