"""An index that is not what was expected says so, says what it is, and how to mend it."""

from __future__ import annotations

import pytest

from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.model.vectors import Origin

REBUILD = "Build it with `towhee-recsys index -c CONFIG`."


def refusal(call):
    with pytest.raises(IndexMismatchError) as raised:
        call()
    return str(raised.value)


def test_no_index(index, units):
    message = f"collection {index.collection!r} holds no index yet. {REBUILD}"
    assert refusal(index.live) == refusal(lambda: index.search(units(1), 3)) == message


def test_another_model(index, units, indexed):
    indexed(index, units(5))
    message = f"the index {index.collection!r} is of model {'a' * 16}, but model {'b' * 16} was expected. {REBUILD}"
    message += " A pipeline that was built before that is built anew."
    assert refusal(lambda: index.search(units(1, model="b"), 3)) == message
    assert refusal(lambda: index.live(Origin("b" * 16))) == message


def test_another_length(index, units, indexed):
    indexed(index, units(5))
    message = f"the index {index.collection!r} has vectors of 8 numbers, but 16 were given. {REBUILD}"
    assert refusal(lambda: index.search(units(1, dim=16), 3)) == message


def test_rows_removed_behind_our_back(index, units, indexed):
    record = indexed(index, units(5))
    index.client.delete(record.build, ids=[0, 3])
    assert refusal(index.live) == f"the index {index.collection!r} has 3 rows, but 5 were written. {REBUILD}"


def test_all_of_them_removed(index, units, indexed):
    record = indexed(index, units(5))
    index.client.drop_collection(record.build)
    assert refusal(index.live) == f"the index {index.collection!r} has 0 rows, but 5 were written. {REBUILD}"


def test_indexing_again_mends_it(index, units, indexed):
    index.client.drop_collection(indexed(index, units(5)).build)
    indexed(index, units(5))
    assert index.live().rows == 5
