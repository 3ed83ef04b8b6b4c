"""What milvus_insert, milvus_search and publish take and give."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from itertools import count

import numpy as np
import pytest

from tests.vectors import embeddings
from towhee_recsys.data.items import ItemSchema
from towhee_recsys.errors import IndexMismatchError, QueryError
from towhee_recsys.model.embeddings import ModelRef, normalize
from towhee_recsys.operators import (
    CatalogueInsert,
    ExcludeSeen,
    LiveIndex,
    MilvusInsert,
    MilvusSearch,
    Publish,
    ReadFeedback,
)
from towhee_recsys.requests import Request
from towhee_recsys.stores.vectors import Clause, Filter, open_index, publish

numbers = count()
ITEMS = ItemSchema("movie_id", "int", "title", {"title": "text", "year": "number", "genres": "texts"})
UNITS = normalize(embeddings(np.random.default_rng(0).normal(size=(9, 8)), ModelRef("a" * 16, items=ITEMS)))
MOVIES = [{"movie_id": key, "title": f"Item {key}", "year": None, "genres": []} for key in range(9)]


@pytest.fixture(scope="module")
def uri(tmp_path_factory):
    return str(tmp_path_factory.mktemp("milvus") / "movies.db")


@pytest.fixture
def store(uri):
    return {"uri": uri, "collection": f"items_{next(numbers)}"}


@pytest.fixture
def catalogue(tmp_path):
    return {"catalogue": f"sqlite:///{tmp_path / 'movies.sqlite'}"}


def test_one_by_one_is_as_all_together(store, uri):
    together = MilvusInsert(**store)(MOVIES, UNITS)
    insert = MilvusInsert(uri=uri, collection=f"{store['collection']}_too")
    alone = [insert(item, vector) for item, vector in zip(MOVIES, UNITS, strict=True)]
    assert together.rows == sum(each.rows for each in alone) == 9
    for name in ("ids", "hashes"):
        assert getattr(together, name).tolist() == [value for each in alone for value in getattr(each, name)]
    indexes = [open_index(uri, name) for name in (store["collection"], f"{store['collection']}_too")]
    assert len({index.live().content_hash for index in indexes}) == 1


@pytest.mark.parametrize("ids", [range(9), list(np.arange(9)), tuple(MOVIES)])
def test_items_are_records_or_ids(store, ids):
    assert MilvusInsert(**store)(ids, UNITS).rows == 9
    assert MilvusInsert(**store)(ids[3], UNITS[3]).rows == 1
    assert MilvusSearch(**store, top_k=1)(UNITS[3])[0].id == 3


@pytest.mark.parametrize(
    ("leave_out", "left"), [([0], [1, 2]), ((1,), [0, 2]), ({0, 2}, [1]), (np.array([0, 1]), [2]), ([], [0, 1, 2])]
)
def test_ids_to_leave_out(store, leave_out, left):
    MilvusInsert(**store)(range(3), UNITS[:3])
    search = MilvusSearch(**store)
    assert sorted(hit.id for hit in search(UNITS[0], leave_out)) == left
    both = search(UNITS[:2], [leave_out, [7]])
    assert [sorted(hit.id for hit in hits) for hits in both] == [left, [0, 1, 2]]
    assert [sorted(hit.id for hit in hits) for hits in search(UNITS[:2])] == [[0, 1, 2]] * 2


@pytest.mark.parametrize("leave_out", [0, "Heat", {"movie_id": 1}, [{"movie_id": 1}], ["0"], [None]])
def test_only_ids_can_be_left_out(store, leave_out):
    MilvusInsert(**store)(range(3), UNITS[:3])
    with pytest.raises(QueryError, match=r"a list of ids is accepted|ids here are each a whole number"):
        MilvusSearch(**store)(UNITS[0], leave_out)


SCHEMA = ItemSchema("sku", "text", filters={"price": "number", "tags": "texts"})
PRODUCTS = [{"sku": f"P-{key}", "price": key or None, "tags": ["new"] * (key % 2), "name": "x"} for key in range(9)]


@pytest.mark.parametrize("staged", [False, True])
def test_ids_and_filter_columns_are_those_of_the_item_schema(store, catalogue, staged):
    vectors = replace(UNITS, model=ModelRef("a" * 16, items=SCHEMA))
    receipt = MilvusInsert(**store, staged=staged)(PRODUCTS, vectors)
    index = open_index(**store)
    if staged:
        publish(index, [receipt])
    live = index.live()
    assert (live.id_type, live.fields, live.rows) == ("text", SCHEMA.filters, 9)
    assert receipt.items is SCHEMA
    held = index.store.rows(live.build, ["P-0", "P-3"])
    found = dict(zip(held.ids.tolist(), zip(held.fields["price"], held.fields["tags"], strict=True), strict=True))
    assert found == {"P-0": (None, []), "P-3": (3.0, ["new"])}
    assert MilvusSearch(**store, top_k=1)(UNITS[4])[0].id == "P-4"


def test_what_a_filter_leaves_is_counted_in_the_build_that_was_searched(store, caplog):
    index, models = open_index(**store), [ModelRef("a" * 16, items=SCHEMA), ModelRef("b" * 16, items=None)]
    for model in models:  # the second, which goes live, has no column "price"
        records = [{SCHEMA.id: f"P-{key}", "price": key} if model.items else key for key in range(9)]
        publish(index, [MilvusInsert(**store, staged=True)(records, replace(UNITS, model=model))])
    search, where = MilvusSearch(**store), Filter((Clause("price", "gte", 100.0),), frozenset(["P-1", "P-2"]))
    assert search(replace(UNITS[:1], model=models[0]), [[]], [Request(3, where=where)]) == [[]]
    assert '{"price":{"gte":100}} leaves 0 items, only 2 ids leaves 2 items' in caplog.text


EXPIRING = ItemSchema("id", filters={"price": "number"}, expires="until", time_unit="ms")


def test_an_item_that_has_expired_is_not_found(store):
    vectors, now = replace(UNITS, model=ModelRef("a" * 16, items=EXPIRING)), time.time()
    until = [(now - 60) * 1000, (now + 3600) * 1000, str(int(now * 1000) - 5000), "2001-01-31", "9998-12-31T00:00:00Z"]
    records = [{"id": key, "price": key, "until": each} for key, each in enumerate([*until, None, "", float("nan")])]
    insert, index = MilvusInsert(**store), open_index(**store)
    insert([*records, {"id": 8, "price": 8}], vectors)
    search = MilvusSearch(**store)
    found = [1, 4, 5, 6, 7, 8]
    assert sorted(hit.id for hit in search(UNITS[0])) == found
    assert [hit.id for hit in index.hits_of(UNITS[:1], [[(key, 1.0) for key in range(9)]])[0]] == found
    some = Filter((Clause("price", "lte", 5),), frozenset([0, 1, 4, 8]))
    assert sorted(hit.id for hit in index.search(UNITS[:1], 9, where=[some])[0]) == [1, 4]
    assert index.matching(some) == 2
    assert index.clause_counts(some) == [(some.clauses[0], 3), ("only", 3)]
    assert index.live().rows == 9
    insert([{"id": 8, "until": time.time() * 1000 + 2000}], vectors[8:])
    assert 8 in {hit.id for hit in search(UNITS[0])}
    time.sleep(2.1)
    assert 8 not in {hit.id for hit in search(UNITS[0])}


@pytest.mark.parametrize("value", ["soon", 1e300, True, [1]])
def test_a_time_of_expiry_that_is_none(store, value):
    vectors = replace(UNITS, model=ModelRef("a" * 16, items=EXPIRING))
    with pytest.raises(QueryError) as raised:
        MilvusInsert(**store)([{"id": 3}, {"id": 4, "until": value}], vectors[:2])
    facts = ("'until' of item 4", f"{value!r} was given", "milliseconds since 1970, or ISO 8601", "does not expire")
    assert all(fact in str(raised.value) for fact in facts)


def test_a_record_without_the_id_column(store):
    plain = np.asarray(UNITS)
    with pytest.raises(QueryError, match=r"has the columns 'sku', .* its id is expected in 'id'.*id=COLUMN"):
        MilvusInsert(**store)(PRODUCTS, plain)
    assert MilvusInsert(**store, id="sku")(PRODUCTS, plain).rows == 9


@pytest.mark.parametrize("top_k", [0, 1.5, "10", True, 16_385])
def test_top_k_is_checked_when_it_is_built(store, top_k):
    with pytest.raises(QueryError, match="top_k"):
        MilvusSearch(**store, top_k=top_k)


def test_staged_rows_of_a_call_that_failed_silently_are_not_doubled(store, catalogue):
    insert, publish = MilvusInsert(**store, staged=True), Publish(**store, **catalogue)
    insert(MOVIES[:4], UNITS[:4])
    receipts = [
        CatalogueInsert(**catalogue, id="movie_id")(MOVIES[part], insert(MOVIES[part], UNITS[part]))
        for part in (slice(0, 5), slice(5, 9))
    ]
    assert publish(receipts).rows == 9


def test_a_staged_insert_is_found_once_it_is_published(store, catalogue):
    insert, publish = MilvusInsert(**store, staged=True), Publish(**store, **catalogue)
    insert_facts = CatalogueInsert(**catalogue, id="movie_id")
    for round_ in range(2):
        receipts = [insert(MOVIES[part], UNITS[part]) for part in (slice(0, 5), slice(5, 9))]
        for part, receipt in zip((slice(0, 5), slice(5, 9)), receipts, strict=True):
            assert insert_facts(MOVIES[part], receipt) is receipt
        if round_ == 0:
            with pytest.raises(IndexMismatchError, match="holds no index yet"):
                MilvusSearch(**store)
        record = publish(receipts)
        assert (record.rows, record.build) == (9, receipts[0].build)
    assert MilvusSearch(**store, top_k=1)(UNITS[4])[0].id == 4


def test_what_a_failed_indexing_left_is_no_part_of_the_next(store, catalogue):
    insert, publish = MilvusInsert(**store, staged=True), Publish(**store, **catalogue)
    insert(range(5), UNITS[:5])
    insert.abandon()
    receipt = CatalogueInsert(**catalogue, id="movie_id")(MOVIES[5:], insert(range(5, 9), UNITS[5:]))
    assert publish([receipt]).rows == 4


def test_what_it_left_that_is_the_same_is_gone_on_with(store, catalogue):
    first, second = MilvusInsert(**store, staged=True), MilvusInsert(**store, staged=True)
    build = first(range(5), UNITS[:5]).build
    assert second(range(5), UNITS[:5]).build != build, "the first is still being filled"
    first.abandon()
    third, publish = MilvusInsert(**store, staged=True), Publish(**store, **catalogue)
    receipt = CatalogueInsert(**catalogue, id="movie_id")(MOVIES, third(range(9), UNITS))
    assert receipt.build == build
    assert publish([receipt]).rows == receipt.rows == 9


def test_another_models_vectors_are_refused(store):
    MilvusInsert(**store)(range(9), UNITS)
    others = embeddings(UNITS, ModelRef("b" * 16))
    with pytest.raises(IndexMismatchError, match=f"is of model {'a' * 16}, but model {'b' * 16} was expected"):
        MilvusSearch(**store)(others)
    with pytest.raises(IndexMismatchError, match=f"is of model {'a' * 16}, but model {'b' * 16} was expected"):
        MilvusInsert(**store)(range(9), others)


@pytest.mark.parametrize("operator", [MilvusSearch, LiveIndex])
def test_what_reads_an_index_makes_no_file(operator, tmp_path):
    uri = tmp_path / "folder" / "none.db"
    with pytest.raises(IndexMismatchError, match=r"none\.db' does not exist.* holds no index yet\. Build it with"):
        operator(uri=str(uri), collection="items")
    assert list(tmp_path.iterdir()) == []


def test_what_reads_the_past_makes_no_file(sample_bundle, tmp_path):
    uri, folder = tmp_path / "folder" / "none.db", str(sample_bundle.directory)
    stores = {"uri": str(uri), "collection": "items", "history": f"sqlite:///{tmp_path / 'history.sqlite'}"}
    for make in (ExcludeSeen, partial(ReadFeedback, feedback=f"sqlite:///{tmp_path / 'feedback.sqlite'}")):
        with pytest.raises(IndexMismatchError, match=r"none\.db' does not exist"):
            make(**stores, model_dir=folder)
    assert not uri.parent.exists()
