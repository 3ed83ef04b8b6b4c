"""What every store does with builds of rows, whatever their ids and fields; the store in memory is the oracle."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest

from tests.stores.vectors.helpers import rows
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors import Layout, id_array, open_store
from towhee_recsys.stores.vectors.memory import MemoryStore
from towhee_recsys.stores.vectors.rows import hashes

numbers = count()
TYPES = {"price": "number", "brand": "text", "sold": "boolean", "tags": "texts"}
FIELDS = {
    "price": [1.5, None, -0.1, 2.0**60, float("inf"), 0.0],
    "brand": ["Ahorn", None, 'a "b" \\ \n\'%', "", "日本", "x"],
    "sold": [True, None, False, True, False, None],
    "tags": [["a", "b"], [], ["é"], ["", "a"], ["a'\""], ["b", "b"]],
}
IDS = {"int": [0, -5, 7, 2**63 - 2, -(2**63) + 1, 12], "text": ["a", "1", "x' or id > '", '"\\', "日本\n%27", "%"]}
"""Of each type; Milvus 2.3.5 as a server does not find 2**63 - 1, the largest whole number, when rows are read."""
VECTORS = np.random.default_rng(0).normal(size=(6, 8)).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)


@pytest.fixture
def store(uri):
    return open_store(uri)


@pytest.fixture(params=["int", "text"])
def build(store, request):
    """A build of six rows, its name, and the same in memory."""
    name, layout = f"store_{next(numbers)}", Layout(8, request.param, TYPES)
    oracle = MemoryStore()
    for each in (store, oracle):
        each.create(name, layout)
        each.append(name, rows(IDS[request.param], VECTORS, FIELDS))
    return name, oracle, IDS[request.param]


def held(store, name, ids):
    """The rows of `ids` by id, with their hashes."""
    found = store.rows(name, ids)
    return dict(zip(found.ids.tolist(), hashes(found).tolist(), strict=True))


def test_rows_are_read_as_they_were_written(store, build):
    name, oracle, ids = build
    assert store.count(name) == 6
    assert sorted(store.ids(name).tolist()) == sorted(ids)
    found = store.rows(name, ids)
    for row, key in enumerate(found.ids.tolist()):
        place = ids.index(key)
        assert {name: values[row] for name, values in found.fields.items()} == {
            name: values[place] for name, values in FIELDS.items()
        }
        assert np.array_equal(found.vectors[row], VECTORS[place])
    assert held(store, name, ids) == held(oracle, name, ids)
    assert not held(store, name, ["nowhere"] if isinstance(ids[0], str) else [99])


def test_what_a_build_is_like(store, build):
    name, _, ids = build
    found = store.describe(name)
    id_type = "text" if isinstance(ids[0], str) else "int"
    assert (found.dim, found.metric, found.index, found.id_type) == (8, "IP", "FLAT", id_type)
    assert dict(found.fields) == TYPES
    assert found.fits(Layout(8, id_type, TYPES))
    for other in (Layout(4, id_type, TYPES), Layout(8, id_type), Layout(8, id_type, {**TYPES, "sold": "text"})):
        assert not found.fits(other)
    assert name in store.names()


def test_searches_find_what_the_oracle_finds(store, build):
    name, oracle, _ = build
    queries = np.random.default_rng(1).normal(size=(9, 8)).astype(np.float32)
    wanted = oracle.search(name, queries, 4)
    for found, exact in zip(store.search(name, queries, 4), wanted, strict=True):
        assert [key for key, _ in found] == [key for key, _ in exact]
        assert [score for _, score in found] == pytest.approx([score for _, score in exact], abs=1e-5)
    assert store.search(name, queries[:0], 4) == []


def test_a_search_passes_over_ids(store, build):
    name, oracle, _ = build
    query = np.random.default_rng(1).normal(size=(1, 8)).astype(np.float32)
    ids = [key for key, _ in oracle.search(name, query, oracle.count(name))[0]]
    [found] = store.search(name, query, 4, without={ids[1], ids[2], ids[4]})
    assert [key for key, _ in found] == [ids[0], ids[3], ids[5]]


def test_one_row_is_replaced_and_deleted_and_no_other(store, build):
    name, oracle, ids = build
    for row, key in enumerate(ids):
        changed = rows([key], VECTORS[[row - 1]], {field: [values[row - 1]] for field, values in FIELDS.items()})
        for each in (store, oracle):
            each.upsert(name, changed)
        assert held(store, name, ids) == held(oracle, name, ids)
    for row, key in enumerate(ids):
        for each in (store, oracle):
            each.delete(name, [key])
            each.delete(name, [key])
        assert held(store, name, ids) == held(oracle, name, ids)
        assert store.count(name) == 5 - row


def test_a_sealed_build_has_its_rows_and_takes_more(store, build):
    name, oracle, ids = build
    more = [f"more {key}" if isinstance(key, str) else key // 2 + 1000 for key in ids]
    for _ in range(2):
        store.seal(name)
        assert held(store, name, ids) == held(oracle, name, ids)
        for each in (store, oracle):
            each.upsert(name, rows(more, VECTORS[::-1], FIELDS))
            each.delete(name, ids[:1])
        assert held(store, name, ids + more) == held(oracle, name, ids + more)
    wanted = oracle.search(name, VECTORS, 1)
    assert [hits[0][1] for hits in store.search(name, VECTORS, 1)] == pytest.approx([hits[0][1] for hits in wanted])


def test_ids_that_are_not_among_those_that_are_known(store, build):
    name, _, ids = build
    assert sorted(store.ids(name, without=id_array(ids[:4], store.describe(name).id_type)).tolist()) == sorted(ids[4:])
    assert not len(store.ids(name, without=id_array(ids, store.describe(name).id_type)))


def test_any_column_can_be_a_field(store):
    name = f"store_{next(numbers)}"
    fields = ["array_length", "in", "true", "id", "vector", "Preis (€)", "1st", "_", "x_20"]
    store.create(name, Layout(8, fields=dict.fromkeys(fields, "number")))
    store.upsert(name, rows([1], VECTORS[:1], {field: [number] for number, field in enumerate(fields)}))
    assert list(store.describe(name).fields) == fields
    assert store.rows(name, [1]).fields == {field: [number] for number, field in enumerate(fields)}


def test_a_build_that_is_dropped_is_gone(store, build):
    name, *_ = build
    for _ in range(2):
        store.drop(name)
    assert not store.exists(name)
    assert store.count(name) == 0
    with pytest.raises(StoreError):
        store.search(name, VECTORS[:1], 1)


def test_the_newest_record_of_each_build_and_the_live_one(store):
    collection = f"store_{next(numbers)}"
    assert (store.read_records(collection).live, list(store.read_records(collection).all)) == (None, [])
    for build, value in (("one", 1), ("two", 2), ("one", 3)):
        name = f"{collection}_{build}"
        if not store.exists(name):
            store.create(name, Layout(2))
        store.write_record({"collection": collection, "build": name, "value": value})
        store.make_live(collection, name)
        found = store.read_records(collection)
        assert (found.live, found.all[0]["value"]) == (name, value)
    assert [record["value"] for record in found.all] == [3, 2]
    store.forget_records({f"{collection}_two"})
    assert [record["value"] for record in store.read_records(collection).all] == [3]
