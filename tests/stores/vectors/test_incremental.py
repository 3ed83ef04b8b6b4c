"""What every vector store does when items come into the live index, or leave it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from tests.stores.vectors.helpers import nearest, rows, upsert, without
from tests.vectors import embeddings
from towhee_recsys.errors import IndexMismatchError, QueryError
from towhee_recsys.stores.vectors import builds, delete_live, insert_live, rollback
from towhee_recsys.stores.vectors.pending import SAVED
from towhee_recsys.stores.vectors.protocol import Layout


def test_inserting_alive_begins_an_index_and_is_found_at_once(index, units):
    receipt = insert_live(index, [5, 6], units(2))
    assert (receipt.build, receipt.rows, receipt.model_id) == (index.record.build, 2, "a" * 16)
    assert index.live().rows == 2
    assert [hits[0].id for hits in index.search(units(2), 1)] == [5, 6]


def test_nothing_can_be_inserted(index, units):
    assert insert_live(index, [], units(0)).rows == 0
    assert index.live().rows == 0
    assert index.search(units(1), 3) == [[]]


def test_rows_inserted_alive_make_the_index_a_fresh_build_would_make(index, units, indexed):
    indexed(index, units(12))
    insert_live(index, range(12, 20), units(20)[12:])  # new rows
    insert_live(index, [3, 30], units(2, seed=5))  # an update, and another new row
    alive = index.live()
    final = np.concatenate([units(20), units(2, seed=5)[1:]])
    final[3] = units(2, seed=5)[0]
    fresh = indexed(index, embeddings(final, units(1).model), [*range(20), 30])
    assert (alive.rows, alive.content_hash) == (fresh.rows, fresh.content_hash) == (21, alive.content_hash)
    assert [hits[0].id for hits in index.search(embeddings(final, None), 1)] == [*range(20), 30]


def test_inserting_the_same_again_changes_nothing(index, units, indexed):
    record = indexed(index, units(12))
    insert_live(index, range(5), units(12)[:5])
    assert index.live() == record


def test_another_models_rows_are_refused(index, units, indexed):
    record = indexed(index, units(12))
    expected = f"index '{index.collection}' is of model {'a' * 16}, but model {'b' * 16} was expected."
    with pytest.raises(IndexMismatchError, match=re.escape(expected)):
        insert_live(index, [1], units(1, model="b"))
    with pytest.raises(IndexMismatchError, match="has vectors of 8 numbers, but 4 were given"):
        insert_live(index, [1], units(1, dim=4))
    assert index.live() == record


def test_a_thousand_rows_in_one_call(index, units, indexed):
    items = units(1000)
    indexed(index, items[:300])
    assert insert_live(index, range(1000), items).rows == 1000
    alive = index.live()
    assert alive == replace(indexed(index, items), build=alive.build)


def test_what_is_deleted_is_found_no_more(index, units, indexed):
    indexed(index, units(600))
    assert delete_live(index, [*range(300), 5, 999, np.int64(301)]) == 301
    assert index.live().rows == 299
    hits = index.search(units(600)[:302], 1)
    assert {each[0].id for each in hits}.isdisjoint({*range(300), 301})
    assert hits[300][0].id == 300


def test_what_is_left_is_the_index_a_fresh_build_would_make(index, units, indexed):
    indexed(index, units(20))
    delete_live(index, range(12, 20))
    alive = index.live()
    assert alive == replace(indexed(index, units(12)), build=alive.build)


def test_deleting_what_is_not_there_changes_nothing(index, units, indexed):
    record = indexed(index, units(12))
    assert delete_live(index, [99]) == delete_live(index, []) == 0
    assert index.live() == record


def test_ids_to_delete_are_whole_numbers(index, units, indexed):
    record = indexed(index, units(12))
    with pytest.raises(QueryError, match=r"item id '3; DROP' was given; the ids here are each a whole number"):
        delete_live(index, [1, "3; DROP"])
    assert index.live() == record


def test_nothing_can_be_deleted_where_there_is_no_index(index):
    with pytest.raises(IndexMismatchError, match=r"holds no index yet\. Build it with"):
        delete_live(index, [1])


def test_only_the_live_build_changes(index, units, indexed):
    first, _ = indexed(index, units(12)), indexed(index, units(12, seed=1, model="b"))
    insert_live(index, [50], units(1, seed=9, model="b"))
    delete_live(index, [0])
    assert {each.name: each.rows for each in builds(index)}[first.build] == 12
    assert nearest(index, units(12)) == list(range(12))


@pytest.mark.parametrize("written", [0, 2, 4])
def test_an_insert_that_was_killed_is_completed_at_the_next_start(index, units, indexed, written):
    record = indexed(index, units(20))
    index.store.write_record(replace(record, pending=(20, 21, 22, 23)).to_json())
    upsert(index, record.build, range(20, 20 + written), units(24)[20 : 20 + written])
    assert (index.live().rows, index.live().pending) == (20 + written, ())
    insert_live(index, range(20, 24), units(24)[20:])
    assert index.live().content_hash == indexed(index, units(24)).content_hash


@pytest.mark.parametrize("deleted", [0, 2, 4])
def test_a_deletion_that_was_killed_is_completed_at_the_next_start(index, units, indexed, deleted):
    record = indexed(index, units(20))
    index.store.write_record(without(record, rows(range(16, 20), units(20)[16:])).to_json())
    index.store.delete(record.build, range(16, 16 + deleted))
    assert index.live().rows == 20 - deleted
    assert delete_live(index, range(16, 20)) == 4 - deleted
    assert index.live().content_hash == indexed(index, units(16)).content_hash


def test_rows_that_were_lost_while_they_were_replaced_come_back(index, units, indexed):
    items, other = units(20), units(3, seed=7)
    record = indexed(index, items)
    index.store.create(record.build + SAVED, Layout(8))
    upsert(index, record.build + SAVED, [0, 1, 2], items[:3])
    index.store.write_record(without(record, rows(range(3), items[:3])).to_json())
    index.store.delete(record.build, [0, 1, 2])  # as Milvus Lite does first
    upsert(index, record.build, [1], other[1:2])
    assert index.live().rows == 20
    assert not index.store.exists(record.build + SAVED)
    items.search[1] = other.search[1]
    assert index.live().content_hash == indexed(index, items).content_hash


def test_they_come_back_after_another_build_and_the_way_back_too(index, units, indexed):
    items = units(20)
    record = indexed(index, items)
    index.store.create(record.build + SAVED, Layout(8))
    upsert(index, record.build + SAVED, [0, 1], items[:2])
    index.store.write_record(without(record, rows(range(2), items[:2])).to_json())
    index.store.delete(record.build, [0, 1])
    indexed(index, units(9))
    assert rollback(index) == index.live() == record
    assert nearest(index, items) == list(range(20))
