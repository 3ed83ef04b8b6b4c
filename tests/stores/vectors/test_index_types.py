"""The types of index: which Milvus has which, and that each finds what is there."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.errors import ConfigError, StoreError
from towhee_recsys.stores.vectors import index_type, insert, open_index, publish, start_build
from towhee_recsys.stores.vectors.milvus.store import count, create, nearest, upsert
from towhee_recsys.stores.vectors.milvus.types import EXACT, build_params, search_params

ROWS = 300
TYPES = [
    {"type": "FLAT"},
    {"type": "IVF_FLAT", "nlist": 8},
    {"type": "AUTOINDEX"},
    {"type": "IVF_SQ8", "nlist": 8, "nprobe": 8},
    {"type": "HNSW", "M": 8, "efConstruction": 64, "ef": 100},
]


@pytest.mark.parametrize("settings", TYPES, ids=lambda settings: settings["type"])
def test_each_type_finds_what_is_there(index, units, settings):
    milvus, vectors = index.milvus, units(ROWS, dim=16)
    if milvus.lite and settings["type"] in ("IVF_SQ8", "HNSW"):
        with pytest.raises(StoreError) as raised:
            index_type(milvus, settings)
        assert str(raised.value) == (
            f"milvus.uri {milvus.where!r}: index.type {settings['type']} needs a server; "
            "a Milvus Lite file, a uri that ends in .db, has FLAT, IVF_FLAT and AUTOINDEX."
        )
        return
    how = index_type(milvus, settings)
    build = start_build(index, "a" * 16, 16, how)
    record = publish(index, [insert(index, build, range(ROWS), vectors)])
    assert record.index == settings["type"]
    found = [{hit["movie_id"] for hit in hits} for hits in index.search(vectors[:50], 10, how=how)]
    best = np.argsort(-(np.asarray(vectors[:50]) @ np.asarray(vectors).T), axis=1)[:, :10]
    recall = np.mean([len(found[row] & set(best[row].tolist())) / 10 for row in range(50)])
    assert recall >= (1 if settings["type"] == "FLAT" else 0.9), recall


@pytest.mark.slow
@pytest.mark.parametrize("settings", TYPES, ids=lambda settings: settings["type"])
def test_a_server_builds_what_the_settings_say(milvus_server, settings):
    milvus = open_index(milvus_server.url, "types").milvus
    how, name = index_type(milvus, settings), f"types_{settings['type']}"
    create(milvus, name, 16, how)
    upsert(milvus, name, range(20), np.eye(20, 16, dtype=np.float32))
    described = milvus.call("describing", "describe_index", name, index_name="vector")
    told = {key: described.get(key) for key in ("index_type", "metric_type")}
    assert told == {"index_type": settings["type"], "metric_type": "IP"}
    for key, value in build_params(how).items():
        assert int(described[key]) == value
    assert nearest(milvus, name, np.eye(20, 16, dtype=np.float32)[3:4], 20, how)[0][0]["id"] == 3


@pytest.mark.parametrize(
    ("settings", "limit", "told"),
    [
        ({"type": "FLAT"}, 10, {}),
        ({"type": "AUTOINDEX"}, 10, {}),
        ({"type": "IVF_FLAT"}, 10, {"nprobe": 16}),
        ({"type": "IVF_SQ8", "nlist": 5}, 10, {"nprobe": 5}),
        ({"type": "IVF_FLAT", "nlist": 5, "nprobe": 3}, 10, {"nprobe": 3}),
        ({"type": "HNSW", "ef": 50}, 10, {"ef": 50}),
        ({"type": "HNSW", "ef": 50}, 16_384, {"ef": 16_384}),
    ],
)
def test_what_a_search_is_told(settings, limit, told, somewhere):
    assert search_params(index_type(somewhere, settings), limit) == told


@pytest.fixture
def somewhere():
    """A server that nobody asks."""
    from towhee_recsys.stores.vectors.milvus.connection import Milvus

    return Milvus(None, 30.0, False, "http://host:19530")


def test_no_settings_are_an_exact_search(somewhere):
    assert index_type(somewhere, None) is EXACT
    assert index_type(somewhere, {"type": "FLAT"}) == EXACT


def test_nprobe_has_no_effect_in_a_file_and_is_refused(tmp_path):
    milvus = open_index(str(tmp_path / "movies.db"), "items").milvus
    with pytest.raises(StoreError, match=r"index\.nprobe has no effect in a Milvus Lite file, .*; leave it out\.$"):
        index_type(milvus, {"type": "IVF_FLAT", "nprobe": 3})


def test_settings_that_are_none(somewhere):
    with pytest.raises(ConfigError, match=r"milvus\.index\.type: given 'HNSV', accepted: .* Did you mean 'HNSW'\?$"):
        index_type(somewhere, {"type": "HNSV"})


def test_more_than_a_call_may_hold_is_written_in_several(index, monkeypatch):
    monkeypatch.setattr("towhee_recsys.stores.vectors.milvus.store.WRITTEN_AT_ONCE", 16 * 4 * 7)
    name = f"{index.collection}_rows"
    create(index.milvus, name, 16)
    upsert(index.milvus, name, range(20), np.eye(20, 16, dtype=np.float32))
    assert count(index.milvus, name) == 20
