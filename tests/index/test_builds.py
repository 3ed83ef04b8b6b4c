"""What every vector store does when an index is built beside the live one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.index import insert, open_index, publish, start_build
from towhee_recsys.index.record import read_record


def answers(index, vectors):
    """The nearest movie of each vector."""
    return [hits[0]["movie_id"] for hits in index.search(vectors, 1)]


def builds(index):
    return [name for name in index.client.list_collections() if name.startswith(f"{index.collection}__")]


def test_the_record_tells_what_is_there(index, units, indexed):
    record = indexed(index, units(20))
    assert (record.collection, record.model_id, record.dim) == (index.collection, "a" * 16, 8)
    assert (record.metric, record.rows) == ("IP", 20)
    assert record == index.record == index.live() == read_record(index.client, index.collection)


def test_indexing_twice_changes_nothing_but_the_build(index, units, indexed):
    first, second = indexed(index, units(20)), indexed(index, units(20))
    assert replace(second, build=first.build) == first
    assert builds(index) == [second.build]


def test_the_order_of_the_rows_does_not_matter(index, units, indexed):
    first = indexed(index, units(20))
    assert indexed(index, units(20)[::-1], range(19, -1, -1)).content_hash == first.content_hash


def test_other_content_has_another_hash(index, units, indexed):
    hashes = {
        indexed(index, vectors, ids).content_hash
        for vectors, ids in [(units(9), None), (units(9), range(1, 10)), (units(9, seed=1), None), (units(8), None)]
    }
    assert len(hashes) == 4


def test_the_old_index_answers_until_the_new_one_is_complete(index, units, indexed):
    old, new = units(20), units(20, seed=1, model="b")
    indexed(index, old)
    build = start_build(index, "b" * 16, 8)
    receipts = [insert(index, build, range(10), new[:10])]
    assert answers(index, old) == list(range(20))
    receipts.append(insert(index, build, range(10, 20), new[10:]))
    assert answers(index, old) == list(range(20))
    assert publish(index, receipts).model_id == "b" * 16
    assert answers(index, new) == list(range(20))
    assert builds(index) == [build]


def test_what_goes_along_is_switched_after_the_index(index, units, indexed):
    indexed(index, units(5))
    build = start_build(index, "a" * 16, 8)
    seen = []
    publish(index, [insert(index, build, range(5), units(5))], lambda name: seen.append((name, index.record)))
    assert seen == [(build, index.live())]
    assert index.live().build == build


def test_when_that_fails_the_new_index_is_live_all_the_same(index, units, indexed):
    indexed(index, units(5))
    receipt = insert(index, start_build(index, "b" * 16, 8), range(5), units(5, model="b"))

    def fail(build):
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        publish(index, [receipt], fail)
    assert index.live().build == receipt.build


def test_the_receipts_of_two_builds_are_refused(index, units, indexed):
    record = indexed(index, units(5))
    receipts = [insert(index, start_build(index, "a" * 16, 8), range(5), units(5)) for _ in range(2)]
    with pytest.raises(IndexMismatchError, match=r"^publish takes the receipts of one build; they are of 2\. The live"):
        publish(index, receipts)
    with pytest.raises(IndexMismatchError, match="they are of 0"):
        publish(index, [])
    assert index.live() == record


def test_a_build_that_another_indexing_has_dropped_is_told(index, units, indexed):
    receipt = insert(index, start_build(index, "a" * 16, 8), range(5), units(5))
    record = indexed(index, units(6))
    with pytest.raises(IndexMismatchError, match=r"is gone: another indexing of 'movies_\d+' has gone live"):
        publish(index, [receipt])
    assert index.live() == record


def test_an_id_in_two_inserts_is_found_out(index, units, indexed):
    record = indexed(index, units(5))
    build = start_build(index, "a" * 16, 8)
    receipts = [insert(index, build, range(start, start + 5), units(5)) for start in (0, 4)]
    with pytest.raises(IndexMismatchError, match="10 movies were inserted, but 9 are there: a movie id occurs twice"):
        publish(index, receipts)
    assert index.live() == record


def test_two_collections_do_not_disturb_each_other(index, uri, units, indexed):
    other = open_index(uri, f"{index.collection}_too")
    first, second = indexed(index, units(5)), indexed(other, units(9, dim=4, model="b"))
    unfinished = start_build(other, "b" * 16, 4)
    assert indexed(index, units(6)) == index.live() != first
    assert other.live() == second
    assert other.has(unfinished)


def test_what_was_left_by_a_broken_build_goes_with_the_next(index, units, indexed):
    for model in ("a", "b", None):
        start_build(index, model and model * 16, 8)
    record = indexed(index, units(5))
    assert builds(index) == [record.build]
