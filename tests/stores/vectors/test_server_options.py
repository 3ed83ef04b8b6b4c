"""The options of a server: shards, replicas, the partition key, consistency, memory-mapped data."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.vectors import embeddings
from towhee_recsys.config.milvus import ServerConfig
from towhee_recsys.errors import ConfigError, QueryError, StoreError
from towhee_recsys.stores.vectors import (
    Clause,
    Filter,
    Layout,
    delete_live,
    insert,
    insert_live,
    publish,
    release_build,
    resume_build,
    server_options,
    start_build,
)
from towhee_recsys.stores.vectors.milvus.kinds import LiteStore
from towhee_recsys.stores.vectors.milvus.nearest import Nearest
from towhee_recsys.stores.vectors.milvus.options import creation_options, described_options, loading_options
from towhee_recsys.stores.vectors.milvus.schema import collection_schema
from towhee_recsys.stores.vectors.protocol import PLAIN

MODEL, TYPES = "a" * 16, {"tenant": "text", "price": "number"}
OPTIONS = [{"shards": 2}, {"partition_key": "tenant"}, {"consistency": "Eventually"}, {"mmap": True}]


@pytest.mark.parametrize("settings", OPTIONS, ids=lambda settings: next(iter(settings)))
def test_a_store_has_an_option_or_refuses_it(index, units, settings):
    store, vectors = index.store, embeddings(units(9))
    if not store.shared:
        with pytest.raises(StoreError) as raised:
            server_options(store, settings)
        for fact in (f"milvus.uri {store.where!r}", f"server.{next(iter(settings))}", "is for servers"):
            assert fact in str(raised.value)
        return
    options = server_options(store, settings)
    build = start_build(index, MODEL, 8, fields=TYPES, server=options)
    fields = {"tenant": ["a", "b", None] * 3, "price": [float(row) for row in range(9)]}
    receipt = insert(index, build, range(9), vectors, fields)
    assert store.describe(build).server == options
    publish(index, [receipt])
    assert items_of(store, build, vectors, "a") == {0, 3, 6}
    insert_live(index, [0, 9], embeddings(units(2, seed=1)), fields={"tenant": ["b", "a"], "price": [0.0, 9.0]})
    assert store.count(build) == 10
    assert (items_of(store, build, vectors, "a"), items_of(store, build, vectors, "b")) == ({3, 6, 9}, {0, 1, 4, 7})
    delete_live(index, [3])
    assert items_of(store, build, vectors, "a") == {6, 9}
    assert index.live().rows == 9


def items_of(store, build, vectors, tenant):
    """The items that a search for a tenant's finds."""
    (found,) = store.search(build, vectors[:1], 9, where=Filter((Clause("tenant", "eq", tenant),)), latest=True)
    return {key for key, _ in found}


def test_no_options_are_the_usual_ones(index):
    assert server_options(index.store) == server_options(index.store, PLAIN.model_dump()) == PLAIN
    with pytest.raises(ConfigError, match=r"milvus\.server\.shard: unknown key\. Did you mean 'shards'"):
        server_options(index.store, {"shard": 2})


@pytest.mark.parametrize("key", ["price", "colour"])
def test_a_partition_key_is_a_field_of_texts(index, key):
    options = ServerConfig(partition_key=key)
    for call in (start_build, resume_build):
        with pytest.raises(QueryError) as raised:
            call(index, MODEL, 8, fields=TYPES, server=options)
        for fact in ("milvus.server.partition_key", repr(key), "which are 'tenant'", "dataset.items.filter"):
            assert fact in str(raised.value)
    assert not [name for name in index.store.names() if name.startswith(index.collection)]


def test_an_unfinished_build_with_other_options_is_not_resumed(index, units):
    options = ServerConfig(shards=2) if index.store.shared else PLAIN
    build = start_build(index, MODEL, 8, server=options)
    insert(index, build, range(3), units(3))
    release_build(index, build)
    assert resume_build(index, MODEL, 8, server=ServerConfig(shards=3)) is None
    assert resume_build(index, MODEL, 8, server=options) == build


def test_what_milvus_is_given():
    options = ServerConfig(shards=2, replicas=3, partition_key="tenant", consistency="Bounded", mmap=True)
    assert creation_options(options) == {
        "consistency_level": "Bounded",
        "num_shards": 2,
        "properties": {"mmap.enabled": "true", "collection.replica.number": "3"},
    }
    assert loading_options(options) == {"replica_number": 3}
    assert (creation_options(PLAIN), loading_options(PLAIN)) == ({"consistency_level": "Session"}, {})
    layout = Layout(8, fields=TYPES, server=options)
    keys = [field.name for field in collection_schema(layout).fields if field.is_partition_key]
    assert keys == ["f_tenant"]
    assert not [field for field in collection_schema(replace(layout, server=PLAIN)).fields if field.is_partition_key]


def test_the_options_of_a_collection_as_milvus_describes_it():
    described = {
        "num_shards": 2,
        "consistency_level": 2,
        "fields": [{"name": "id"}, {"name": "f_tenant", "is_partition_key": True}],
        "properties": {"mmap.enabled": "true", "collection.replica.number": "3"},
    }
    options = ServerConfig(shards=2, replicas=3, partition_key="tenant", consistency="Bounded", mmap=True)
    assert described_options(described) == options
    assert described_options({"num_shards": 1, "consistency_level": 1, "fields": [{"name": "id"}]}) == PLAIN


def test_a_search_for_the_latest_rows_is_strongly_consistent():
    assert Nearest(5, {}, "").consistency == {}
    latest = Nearest(5, {}, "", latest=True)
    assert latest.consistency == {"consistency_level": "Strong"}
    latest.consistency.clear()  # as pymilvus does
    assert latest.consistency == {"consistency_level": "Strong"}


def test_a_file_describes_its_builds_without_options(index):
    if not isinstance(index.store, LiteStore):
        pytest.skip("of a file only")
    assert index.store.describe(start_build(index, MODEL, 8)).server == PLAIN
