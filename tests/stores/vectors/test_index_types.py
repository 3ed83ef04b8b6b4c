"""The types of index: which Milvus has which, and that each finds what is there."""

from __future__ import annotations

import numpy as np
import pytest

from tests.stores.vectors.helpers import rows
from towhee_recsys.config.milvus import HnswIndex
from towhee_recsys.errors import ConfigError, StoreError
from towhee_recsys.stores.vectors import (
    EXACT,
    Clause,
    Filter,
    Layout,
    VectorIndex,
    index_type,
    insert,
    insert_live,
    open_store,
    publish,
    start_build,
)
from towhee_recsys.stores.vectors.index_types import creation_settings, search_settings
from towhee_recsys.stores.vectors.memory import MemoryStore
from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.milvus.kinds import LiteStore, ServerStore

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
    store, vectors = index.store, units(ROWS, dim=16)
    if isinstance(store, LiteStore) and settings["type"] in ("IVF_SQ8", "HNSW"):
        with pytest.raises(StoreError) as raised:
            index_type(store, settings)
        assert str(raised.value) == (
            f"milvus.uri {store.where!r}: index.type {settings['type']} needs a server; "
            "a Milvus Lite file, a uri that ends in .db, has FLAT, IVF_FLAT and AUTOINDEX."
        )
        return
    how = index_type(store, settings)
    build = start_build(index, "a" * 16, 16, how)
    record = publish(index, [insert(index, build, range(ROWS), vectors)])
    assert record.index == settings["type"]
    found = [{hit.id for hit in hits} for hits in index.search(vectors[:50], 10, how=how)]
    best = np.argsort(-(np.asarray(vectors[:50]) @ np.asarray(vectors).T), axis=1)[:, :10]
    recall = np.mean([len(found[row] & set(best[row].tolist())) / 10 for row in range(50)])
    assert recall >= (1 if settings["type"] == "FLAT" else 0.9), recall


NARROW = [
    {"type": "IVF_FLAT", "nlist": 64, "nprobe": 1},
    {"type": "AUTOINDEX"},
    {"type": "IVF_SQ8", "nlist": 64, "nprobe": 1},
    {"type": "HNSW", "M": 8, "efConstruction": 64, "ef": 10},
]
"""Types of index that look at a part of the rows."""

GRAPH = HnswIndex()


@pytest.mark.parametrize("settings", NARROW, ids=lambda settings: settings["type"])
def test_as_many_as_match_are_found_though_a_search_is_narrow(index, units, settings):
    if isinstance(index.store, LiteStore):
        if settings["type"] in ("IVF_SQ8", "HNSW"):
            pytest.skip("Milvus Lite does not have it")
        settings = {name: value for name, value in settings.items() if name != "nprobe"}
    how, vectors = index_type(index.store, settings), units(2000, dim=16)
    build = start_build(index, "a" * 16, 16, how, fields={"number": "number"})
    receipts = [
        insert(index, build, part, vectors[part], {"number": part})
        for part in np.split(np.arange(2000), range(500, 2000, 500))
    ]
    publish(index, receipts)
    for first in (1000, 1900, 1998):
        where = Filter((Clause("number", "gte", first),))
        for query in range(3):
            [hits] = index.search(vectors[query : query + 1], 10, [[1999]], how, [where])
            assert len(hits) == min(10, 1999 - first)
            assert all(first <= hit.id < 1999 for hit in hits)
            assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


class NarrowStore(MemoryStore):
    """A store in memory whose searches look at the 50 nearest rows alone, as those of clusters or graphs may."""

    def search(self, name, queries, limit, index=EXACT, without=(), where=None, latest=False):
        held = self.rows(name, self.ids(name))
        found = []
        for near in super().search(name, queries, 50):
            seen = MemoryStore()
            seen.create(name, Layout(held.vectors.shape[1], fields={"number": "number"}))
            seen.append(name, self.rows(name, [key for key, _ in near]))
            found += seen.search(name, queries[len(found) : len(found) + 1], limit, index, without, where)
        return found


def test_where_a_narrow_search_finds_too_few_all_that_match_are_compared(units):
    index, vectors = VectorIndex(NarrowStore(), "narrow"), units(2000, dim=16)
    insert_live(index, range(2000), vectors, GRAPH, {"number": range(2000)}, {"number": "number"})
    query, where = vectors[:1], Filter((Clause("number", "gte", 1000),))
    order = np.argsort(-(np.asarray(vectors) @ np.asarray(query)[0])).tolist()
    [hits] = index.search(query, 100, [order[:5]], GRAPH, [where])
    assert [hit.id for hit in hits] == [key for key in order[5:] if key >= 1000][:100]
    few = Filter((Clause("number", "gte", 1998),))
    assert len(index.search(query, 10, how=GRAPH, where=[few])[0]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("settings", TYPES, ids=lambda settings: settings["type"])
def test_a_server_builds_what_the_settings_say(milvus_server, settings):
    store = open_store(milvus_server.url)
    how, name = index_type(store, settings), f"types_{settings['type']}"
    store.create(name, Layout(16, index=how))
    store.upsert(name, rows(range(20), np.eye(20, 16)))
    found = store.describe(name)
    assert (found.index, found.metric) == (settings["type"], "IP")
    assert found.fits(Layout(16, index=how))
    for key, value in creation_settings(how).items():
        assert int(found.settings[key]) == value
    assert store.search(name, np.eye(20, 16)[3:4], 20, how)[0][0][0] == 3


@pytest.mark.parametrize(
    ("settings", "limit", "expected"),
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
def test_the_settings_of_a_search(settings, limit, expected, somewhere):
    assert search_settings(index_type(somewhere, settings), limit) == expected


@pytest.fixture
def somewhere():
    """A server that is not called."""
    return ServerStore(Milvus(None, 30.0, "http://host:19530"))


def test_no_settings_are_an_exact_search(somewhere):
    assert index_type(somewhere, None) is EXACT
    assert index_type(somewhere, {"type": "FLAT"}) == EXACT


def test_nprobe_has_no_effect_in_a_file_and_is_refused(tmp_path):
    store = open_store(str(tmp_path / "items.db"))
    with pytest.raises(StoreError, match=r"index\.nprobe has no effect in a Milvus Lite file, .*; leave it out\.$"):
        index_type(store, {"type": "IVF_FLAT", "nprobe": 3})


def test_invalid_settings(somewhere):
    with pytest.raises(ConfigError, match=r"milvus\.index\.type: given 'HNSV', accepted: .* Did you mean 'HNSW'\?$"):
        index_type(somewhere, {"type": "HNSV"})


def test_more_than_a_call_may_hold_is_written_in_several(index, monkeypatch):
    monkeypatch.setattr("towhee_recsys.stores.vectors.milvus.store.WRITTEN_AT_ONCE", (16 * 4 + 64) * 7)
    name = f"{index.collection}_rows"
    index.store.create(name, Layout(16, fields={"text": "text"}))
    index.store.upsert(name, rows(range(20), np.eye(20, 16), {"text": ["x" * 100 * (key % 3) for key in range(20)]}))
    assert index.store.count(name) == 20
