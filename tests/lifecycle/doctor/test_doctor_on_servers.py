"""The doctor and the upkeep of an index on real servers; no line has a secret."""

from __future__ import annotations

import time

import pytest

from tests.servers.process import BUSY, free_port
from towhee_recsys import (
    add_items,
    delete_items,
    gc_index,
    index_builds,
    index_pipeline,
    load_config,
    recommend_pipeline,
    rollback_index,
)
from towhee_recsys.stores.vectors import Layout, open_store
from towhee_recsys.stores.vectors.milvus.schema import collection_schema

SECRETS = ("s3cret", "p%40ss", "Milvus@", "t0ken")


def lines(found):
    text = "\n".join(each.text for each in found.values())
    assert not [secret for secret in SECRETS if secret in text]
    return {each.check: each.state for each in found.values() if each.state != "ok"}


def test_servers_that_are_down(config, found, monkeypatch):
    monkeypatch.setenv("STORE_PASSWORD", "s3cret")
    access = {"user": "me", "password": "${env:STORE_PASSWORD}", "timeout": 1}
    began, port = time.monotonic(), free_port()
    stores = {
        "milvus": {"uri": f"http://127.0.0.1:{port}", "access": access},
        "catalogue": f"redis://me:${{env:STORE_PASSWORD}}@127.0.0.1:{port}/0?timeout=1",
    }
    seen = found(load_config(config, **stores))
    states = lines(seen)
    assert time.monotonic() - began < 5 + BUSY
    assert {check for check, state in states.items() if state == "failed"} == {"milvus", "catalogue", "feedback"}
    assert "no Milvus answers" in seen["milvus"].text
    assert "the server cannot be reached" in seen["catalogue"].text


def test_a_variable_that_is_not_set(config, found, monkeypatch):
    monkeypatch.delenv("STORE_PASSWORD", raising=False)
    [text] = {found(config, overrides=["catalogue=redis://:${env:STORE_PASSWORD}@127.0.0.1:1/0"])["config"].text}
    assert "STORE_PASSWORD is not set" in text


def seen_while_frozen(server, found, config, seconds):
    """What the doctor finds while a server does not answer, within so many seconds."""
    server.freeze()
    try:
        began = time.monotonic()
        seen = found(config)
        assert time.monotonic() - began < seconds + BUSY
    finally:
        server.thaw()
    return seen


def test_a_frozen_catalogue_is_reported_by_its_timeout(config, found, redis_server):
    config = load_config(config, catalogue=redis_server.url("?timeout=1"))
    index_pipeline(config)()
    assert lines(found(config)) == {}
    seen = seen_while_frozen(redis_server, found, config, seconds=15)
    assert lines(seen) == {"catalogue": "failed", "facts": "not checked", "history": "failed", "feedback": "failed"}
    assert "no answer within 1 s" in seen["catalogue"].text


@pytest.mark.slow
@pytest.mark.parametrize("store", ["redis_server", "mariadb_server"])
def test_the_whole_lifecycle_on_servers(config, found, milvus_server, store, request, tmp_path):
    collection = f"upkeep_{store}"
    milvus = {"uri": milvus_server.url, "collection": collection, "index": {"type": "HNSW"}}
    config = load_config(config, milvus=milvus, catalogue=request.getfixturevalue(store).url())
    [first] = index_pipeline(config)().get()
    [second] = index_pipeline(config)().get()
    everything = recommend_pipeline(load_config(config, top_k=400))
    (tmp_path / "new.dat").write_bytes(b"9001::Brand New (2025)::Comedy\n")
    assert add_items(config, tmp_path / "new.dat") == 1
    assert "Brand New" in {item["title"] for item in everything({}).get()[0]}
    assert lines(found(config, items=400)) == {}
    assert delete_items(config, [9001, 5001]) == 2
    assert not {9001, 5001} & {item["movie_id"] for item in everything({}).get()[0]}
    assert lines(found(config, items=400)) == {}
    assert [(each.build, each.rows, each.live) for each in index_builds(config)] == [
        (second.build, 325, True),
        (first.build, 326, False),
    ]
    assert rollback_index(config).build == first.build
    assert 5001 in {item["movie_id"] for item in everything({}).get()[0]}
    assert gc_index(config, keep=1) == [second.build]
    assert lines(found(config)) == {}
    begun = f"{collection}__{'a' * 16}_0123456789ab"  # its process is killed before it has an index
    milvus = open_store(milvus_server.url).milvus
    milvus.call("creating it", "create_collection", begun, schema=collection_schema(Layout(8)))
    seen = found(config)
    assert (lines(seen), begun in seen["builds"].text) == ({"builds": "warning"}, True)
    assert gc_index(config) == [begun]
    assert lines(found(config)) == {}


@pytest.mark.slow
def test_a_frozen_milvus_is_reported_by_its_timeout(config, found, milvus_server):
    config = load_config(config, milvus={"uri": milvus_server.url, "collection": "frozen", "access": {"timeout": 2}})
    assert found(config)["milvus"].state == "ok"
    seen = seen_while_frozen(milvus_server, found, config, seconds=20)
    assert lines(seen)["milvus"] == "failed"
    assert "within 2 seconds" in seen["milvus"].text
