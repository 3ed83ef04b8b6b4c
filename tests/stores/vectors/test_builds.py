"""What every vector store does when an index is built beside the live one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.stores.vectors import builds, insert, open_index, publish, start_build
from towhee_recsys.stores.vectors.versions import read_versions


def answers(index, vectors):
    """The nearest item of each vector."""
    return [hits[0].id for hits in index.search(vectors, 1)]


def names(index):
    """The builds that there are, the live one first."""
    return [build.name for build in builds(index)]


def test_the_record_describes_the_build(index, units, indexed):
    record = indexed(index, units(20))
    assert (record.collection, record.model_id, record.dim) == (index.collection, "a" * 16, 8)
    assert (record.metric, record.rows) == ("IP", 20)
    assert record == index.record == index.live() == read_versions(index.store, index.collection).live


def test_indexing_twice_changes_nothing_but_the_build(index, units, indexed):
    first, second = indexed(index, units(20)), indexed(index, units(20))
    assert replace(second, build=first.build) == first
    assert names(index) == [second.build, first.build]


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
    assert index.live().build == build


def test_a_pipeline_built_before_the_switch_keeps_searching_the_old_index(index, units, indexed):
    old, new = units(20), units(20, dim=4, seed=1, model="b")
    first, second = indexed(index, old), indexed(index, new)
    for vectors, record in ((old, first), (new, second)):
        assert answers(index, vectors) == list(range(20))
        assert {hit.build for hits in index.search(vectors, 3) for hit in hits} == {record.build}
    with pytest.raises(IndexMismatchError, match=f"is of model {'b' * 16}, but model {'a' * 16} was expected"):
        index.live(old.model)  # a new pipeline gets the error


def test_of_several_kept_builds_of_a_model_the_last_answers(index, units, indexed):
    _, last = indexed(index, units(5)), indexed(index, units(5))
    indexed(index, units(5, model="b"))
    assert index.search(units(1), 1)[0][0].build == last.build


def test_the_live_index_and_the_one_before_are_kept(index, units, indexed):
    records = [indexed(index, units(5 + number)) for number in range(4)]
    assert names(index) == [records[3].build, records[2].build]
    assert index.versions(newest=True).all == (records[3], records[2])


def test_publishing_the_same_build_again_changes_nothing(index, units, indexed):
    first = indexed(index, units(5))
    receipt = insert(index, start_build(index, "a" * 16, 8), range(5), units(5))
    assert publish(index, [receipt]) == publish(index, [receipt]) == index.live()
    assert names(index) == [receipt.build, first.build]


def test_the_receipts_of_two_builds_are_refused(index, units, indexed):
    record = indexed(index, units(5))
    receipts = [insert(index, start_build(index, "a" * 16, 8), range(5), units(5)) for _ in range(2)]
    with pytest.raises(IndexMismatchError, match=r"^publish takes the receipts of one build; they are of 2\. The live"):
        publish(index, receipts)
    with pytest.raises(IndexMismatchError, match="they are of 0"):
        publish(index, [])
    assert index.live() == record


def test_a_build_that_another_indexing_has_dropped_is_reported(index, units, indexed):
    receipt = insert(index, start_build(index, "a" * 16, 8), range(5), units(5))
    record = indexed(index, units(6))
    with pytest.raises(IndexMismatchError, match=r"is gone: another indexing of 'items_\d+' has gone live"):
        publish(index, [receipt])
    assert index.live() == record


def test_an_id_in_two_inserts_is_found_out(index, units, indexed):
    record = indexed(index, units(5))
    build = start_build(index, "a" * 16, 8)
    receipts = [insert(index, build, range(start, start + 5), units(5)) for start in (0, 4)]
    message = "item id 4 was inserted twice. Fix the data. The live index is as it was; index again."
    with pytest.raises(IndexMismatchError, match=f"^{message}$"):
        publish(index, receipts)
    assert index.live() == record


def test_two_collections_do_not_disturb_each_other(index, uri, units, indexed):
    other = open_index(uri, f"{index.collection}_too")
    first, second = indexed(index, units(5)), indexed(other, units(9, dim=4, model="b"))
    unfinished = start_build(other, "b" * 16, 4)
    assert indexed(index, units(6)) == index.live() != first
    assert other.live() == second
    assert other.store.exists(unfinished)


def test_what_was_left_by_a_broken_build_goes_with_the_next(index, units, indexed):
    for model in ("a", "b", None):
        start_build(index, model and model * 16, 8)
    record = indexed(index, units(5))
    assert names(index) == [record.build]
