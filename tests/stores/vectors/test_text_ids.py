"""An index whose items have texts for ids: all that holds for whole numbers holds for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.stores.vectors.helpers import nearest, rows, upsert, without
from towhee_recsys.errors import IndexMismatchError, QueryError
from towhee_recsys.stores.vectors import delete_live, insert, insert_live, publish, resume_build, rollback, start_build
from towhee_recsys.stores.vectors.pending import BYTES_AT_ONCE, SAVED, parts
from towhee_recsys.stores.vectors.protocol import Layout

MODEL = "a" * 16
ODD = ["1", " 1 ", "it's", '"', "\\", "a%27b", "%", "日本", "x' or id > '", "line\nbreak", "\x00", "é" * 256, "null"]


@pytest.fixture
def indexed(index, units):
    """Makes items with those ids the live index."""

    def indexed(ids, **of):
        build = start_build(index, MODEL, 8, id_type="text")
        vectors = units(len(ids), **of)
        return publish(
            index, [insert(index, build, ids[at : at + 7], vectors[at : at + 7]) for at in range(0, len(ids), 7)]
        )

    return indexed


def names(count, first=0):
    return [f"item {number:04}'%" for number in range(first, first + count)]


def test_ids_are_found_as_they_came(index, units, indexed):
    record = indexed(ODD)
    assert (record.id_type, record.rows) == ("text", len(ODD))
    assert nearest(index, units(len(ODD))) == ODD
    [hits] = index.search(units(1), len(ODD), [ODD[2:]])
    assert {hit.id for hit in hits} == set(ODD[:2])
    assert index.live() == record


def test_a_number_and_its_text_are_other_ids(index, units, indexed):
    text = indexed(["1", "2"])
    build = start_build(index, MODEL, 8)
    number = publish(index, [insert(index, build, [1, 2], units(2))])
    assert number.content_hash != text.content_hash
    assert nearest(index, units(2)) == [1, 2]


def test_changes_alive_and_back(index, units, indexed):
    first = indexed(ODD)
    assert delete_live(index, ["it's", "%", "nowhere", "x' or id > '"]) == 3
    assert index.live().rows == len(ODD) - 3
    insert_live(index, ["x' or id > '", "it's", "%"], units(len(ODD))[np.array([8, 2, 6])])
    assert index.live() == first
    insert_live(index, ["it's"], units(1, seed=5))
    assert nearest(index, units(1, seed=5)) == ["it's"]
    second = indexed(["a", "b"])
    assert rollback(index).build == first.build != second.build


def test_an_index_begins_with_texts(index, units):
    insert_live(index, ["a", "b"], units(2))
    assert index.live().id_type == "text"
    assert nearest(index, units(2)) == ["a", "b"]


@pytest.mark.parametrize("ids", [[1], ["a", 1], [""], ["é" * 257], ["\ud800"], [None], [b"a"]])
def test_ids_that_are_refused(index, units, indexed, ids):
    record = indexed(["a", "b"])
    build = start_build(index, MODEL, 8, id_type="text")
    for call in (
        lambda: insert(index, build, ids, units(len(ids))),
        lambda: insert_live(index, ids, units(len(ids))),
        lambda: delete_live(index, ids),
        lambda: index.search(units(1), 1, [ids]),
    ):
        with pytest.raises(QueryError, match=r"was given; the ids here are each a text of 1 to 512 bytes"):
            call()
    assert index.live() == record


def test_ids_twice_in_two_inserts(index, units, indexed):
    record = indexed(["a", "b"])
    build = start_build(index, MODEL, 8, id_type="text")
    receipts = [insert(index, build, ["it's", each], units(2)) for each in "ab"]
    with pytest.raises(IndexMismatchError, match=r"item id it's was inserted twice"):
        publish(index, receipts)
    assert index.live() == record


def test_an_unfinished_build_is_resumed_and_loses_what_the_dataset_no_longer_has(index, units, indexed):
    whole = indexed(names(20))
    build = start_build(index, MODEL, 8, id_type="text")
    insert(index, build, names(40), units(40))
    index.locks.release(build)
    assert resume_build(index, MODEL, 8) is None, "of whole numbers"
    assert resume_build(index, MODEL, 8, id_type="text") == build
    receipt = insert(index, build, names(20), units(20))
    assert publish(index, [receipt]) == replace(whole, build=build) == index.live()


def test_rows_that_were_lost_while_they_were_replaced_come_back(index, units, indexed):
    record, store = indexed(ODD), index.store
    vectors = np.asarray(units(len(ODD)))
    store.create(record.build + SAVED, Layout(8, "text"))
    upsert(index, record.build + SAVED, ODD[:4], vectors[:4])
    store.write_record(without(record, rows(ODD[:4], vectors[:4])).to_json())
    store.delete(record.build, ODD[:4])
    assert index.live() == record
    assert nearest(index, units(len(ODD))) == ODD


def test_long_ids_change_in_parts_that_fit_into_a_record(index, units, indexed):
    long = [f"{number:04}" + "'" * 500 for number in range(70)]
    assert all(sum(len(key) for key in long[part]) < BYTES_AT_ONCE for part in parts(long))
    record = indexed(long)
    insert_live(index, long, units(70, seed=1))
    assert nearest(index, units(70, seed=1)) == long
    assert delete_live(index, long) == record.rows


def test_many_texts(index, units, indexed):
    record = indexed(names(700))
    assert nearest(index, units(700)) == names(700)
    assert delete_live(index, names(400)) == 400
    assert index.live().rows == record.rows - 400
