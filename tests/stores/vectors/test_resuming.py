"""An unfinished indexing is resumed: what is there, the same, is not written again."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from tests.stores.vectors.dying import numbers_of_rows
from tests.stores.vectors.helpers import is_file, milvus_only, nearest, upsert
from tests.vectors import embeddings
from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import (
    builds,
    gc,
    index_type,
    insert,
    publish,
    release_build,
    resume_build,
    start_build,
)
from towhee_recsys.stores.vectors.milvus import record_table
from towhee_recsys.stores.vectors.milvus.kinds import LiteStore
from towhee_recsys.stores.vectors.milvus.schema import collection_schema
from towhee_recsys.stores.vectors.protocol import Layout

MODEL = "a" * 16


@pytest.fixture
def begun(index, units):
    """A build of the first rows, as a process leaves it that ends before the rest is written."""

    def begun(rows, model="a", dim=8, **settings):
        how = index_type(index.store, settings or None)
        build = start_build(index, model and model * 16, dim, how)
        if rows:
            insert(index, build, range(rows), units(rows, dim, model=model))
        release_build(index, build)
        return build

    return begun


def finished(index, vectors, ids=None, catalogue=None):
    """The rest of an indexing, in two inserts."""
    ids = list(range(len(vectors)) if ids is None else ids)
    build = resume_build(index, MODEL, 8)
    parts = (slice(0, len(ids) // 2), slice(len(ids) // 2, None))
    return publish(index, [insert(index, build, ids[part], vectors[part]) for part in parts], catalogue)


def test_it_becomes_the_index_of_an_uninterrupted_one(index, units, indexed, begun, caplog):
    whole, begun_build = indexed(index, units(20)), begun(13)
    with caplog.at_level(logging.WARNING, "towhee_recsys"):
        record = finished(index, units(20))
    assert record == replace(whole, build=begun_build) == index.live()
    assert caplog.messages == ["resuming an unfinished index: 13 items are there"]
    assert [hits[0].id for hits in index.search(units(20), 1)] == list(range(20))


def test_no_row_is_written_twice_and_a_damaged_one_is_fixed(index, units, begun):
    if not is_file(index):
        pytest.skip("only Milvus Lite 2 numbers its rows")
    build = begun(13)
    upsert(index, build, [4], units(1, seed=9))
    upsert(index, build, [5], units(6)[5:])  # numbers of rows that are gone would be given again
    index.store.delete(build, [6])
    before = numbers_of_rows(index, build)
    finished(index, units(20))
    after = numbers_of_rows(index, build)
    assert len(before) == 12
    assert {int(key) for key, number in after.items() if before.get(key) != number} == {4, 6, *range(13, 20)}
    assert np.array_equal(index.store.rows(build, [4]).vectors, np.asarray(units(20))[4:5])


def test_rows_that_the_dataset_has_no_more_do_not_go_live(index, units, indexed, begun, tmp_path):
    catalogue, build = open_catalogue(f"sqlite:///{tmp_path / 'movies.sqlite'}"), begun(13)
    catalogue.write([(key, {"movie_id": key, "title": "x"}) for key in range(20)], build)
    ids, vectors = [0, 3, *range(10, 20)], units(20)
    record = finished(index, vectors[ids], ids, catalogue)
    assert record == replace(indexed(index, vectors[ids], ids), build=build)
    assert [key for key in range(20) if catalogue.get([key], build) != [None]] == ids


def test_many_rows_that_the_dataset_has_no_more(index, units, begun):
    build = begun(0)
    for first in range(0, 20_000, 4000):
        insert(index, build, range(first, first + 4000), units(4000, dim=8))
    release_build(index, build)
    assert finished(index, units(5), [7, 100, 9000, 19_999, 30_000]).rows == 5
    assert index.store.count(build) == 5


def test_the_one_with_most_rows_is_resumed_and_others_go(index, units, begun):
    few, many, other = begun(3), begun(9), begun(15, model="b")
    assert finished(index, units(12)).build == many
    assert [each.name for each in builds(index)] == [many]
    assert not index.store.exists(few)
    assert not index.store.exists(other)


@pytest.mark.parametrize(
    "settings",
    [{"model": "b"}, {"model": None}, {"dim": 4}, {"type": "IVF_FLAT", "nlist": 8}, {"rows": 0}],
    ids=str,
)
def test_what_was_begun_otherwise_is_not_resumed(index, begun, settings):
    begun(**{"rows": 5, **settings})
    assert resume_build(index, MODEL, 8) is None


def test_of_another_setting_of_the_type_it_is_not_resumed(index, begun):
    if isinstance(index.store, LiteStore) and not is_file(index):
        pytest.skip("Milvus Lite 3 does not report them")
    build = begun(5, type="IVF_FLAT", nlist=8)
    assert resume_build(index, MODEL, 8, index_type(index.store, {"type": "IVF_FLAT", "nlist": 16})) is None
    assert resume_build(index, MODEL, 8, index_type(index.store, {"type": "IVF_FLAT", "nlist": 8})) == build


def test_builds_that_went_live_are_not_resumed(index, units, indexed):
    indexed(index, units(5))
    indexed(index, units(6))
    assert resume_build(index, MODEL, 8) is None


def test_a_build_that_is_being_filled_is_left_alone(index, units):
    build = start_build(index, MODEL, 8)
    insert(index, build, range(5), units(5))
    assert resume_build(index, MODEL, 8) is None
    release_build(index, build)
    assert resume_build(index, MODEL, 8) == build
    assert resume_build(index, MODEL, 8) is None


def test_a_row_that_is_written_twice_is_there_once(index, units, indexed):
    vectors, order, build = units(40), np.random.default_rng(0).permutation(40), start_build(index, MODEL, 8)
    for first in range(0, 30, 6):  # who indexes gives up, and begins again
        insert(index, build, order[first : first + 6], units(6, seed=9))
    with ThreadPoolExecutor(4) as pool:
        for _ in range(2):
            inserted = pool.map(lambda key: insert(index, build, [key], vectors[key : key + 1]), range(40))
            receipts = list(inserted)
    assert publish(index, receipts) == replace(indexed(index, vectors), build=build)


def test_one_that_does_not_hold_what_was_written_is_dropped(index, units, indexed):
    record, build = indexed(index, units(5)), start_build(index, MODEL, 8)
    receipt = insert(index, build, range(9), units(9))
    upsert(index, build, [4], units(1, seed=9))
    with pytest.raises(IndexMismatchError, match="item 4 reads other than it was written"):
        publish(index, [receipt])
    assert [each.name for each in builds(index)] == [record.build]
    assert index.live() == record


def test_of_no_known_model_vectors_tell(index, units, begun):
    build = begun(5, model=None)
    vectors = embeddings(units(9, seed=3), None)
    assert resume_build(index, None, 8) == build
    record = publish(index, [insert(index, build, range(9), vectors)])
    assert record.content_hash == publish(index, [_anew(index, vectors)]).content_hash


def _anew(index, vectors):
    return insert(index, start_build(index, None, 8), range(len(vectors)), vectors)


def test_a_build_whose_process_was_killed_before_it_had_an_index_is_dropped(index, units, indexed):
    milvus, live, build = milvus_only(index), indexed(index, units(5)), f"{index.collection}__{MODEL}_0123456789ab"
    milvus.call("creating it", "create_collection", build, schema=collection_schema(Layout(8)))
    assert [(each.name, each.rows) for each in builds(index)] == [(live.build, 5), (build, 0)]
    assert resume_build(index, MODEL, 8) is None
    assert gc(index) == [build]
    assert nearest(index, units(5)) == list(range(5))


def test_a_process_was_killed_before_the_records_had_an_index(index, units, indexed, monkeypatch):
    milvus, name = milvus_only(index), f"{index.collection}_records"
    monkeypatch.setattr(record_table, "RECORDS", name)
    milvus.call("creating them", "create_collection", name, schema=record_table.records_schema())
    assert builds(index) == []
    live = indexed(index, units(5))
    assert [(each.name, each.rows, each.live) for each in builds(index)] == [(live.build, 5, True)]
