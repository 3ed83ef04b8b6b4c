"""An index that is not what was expected says so, says what it is, and how to fix it."""

from __future__ import annotations

import pytest

from tests.stores.vectors.helpers import milvus_only
from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.model.embeddings import ModelRef
from towhee_recsys.stores.vectors import delete_live, insert_live, start_build

REBUILD = "Build it with `towhee-recsys index -c CONFIG`."
NONE = f"collection '{{}}' holds no index yet. {REBUILD}"


@pytest.fixture
def remove(index):
    """Drops a build behind our back; a server first wants to have its alias dropped."""

    def remove(build):
        if index.store.shared:
            index.store.milvus.client.drop_alias(index.collection)
        index.store.drop(build)

    return remove


@pytest.fixture
def l2(index):
    """Makes a collection of another metric, as others would."""
    return lambda name, dim: milvus_only(index).client.create_collection(name, dimension=dim, metric_type="L2")


@pytest.fixture
def replaced(index, remove, l2):
    """Puts such a collection in a build's place."""

    def replaced(record, dim):
        client = milvus_only(index).client
        remove(record.build)
        l2(record.build, dim)
        if index.store.shared:
            client.create_alias(record.build, index.collection)

    return replaced


def refusal(call):
    with pytest.raises(IndexMismatchError) as raised:
        call()
    return str(raised.value)


def test_no_index(index, units):
    message = NONE.format(index.collection)
    assert refusal(index.live) == refusal(lambda: index.search(units(1), 3)) == message


def test_another_model(index, units, indexed):
    indexed(index, units(5))
    message = f"the index {index.collection!r} is of model {'a' * 16}, but model {'b' * 16} was expected. {REBUILD}"
    message += " Then build running pipelines again, too."
    assert refusal(lambda: index.search(units(1, model="b"), 3)) == message
    assert refusal(lambda: index.live(ModelRef("b" * 16))) == message


def test_another_length(index, units, indexed):
    indexed(index, units(5))
    message = f"the index {index.collection!r} has vectors of 8 numbers, but 16 were given. {REBUILD}"
    assert refusal(lambda: index.search(units(1, dim=16), 3)) == message


def test_rows_removed_behind_our_back(index, units, indexed):
    record = indexed(index, units(5))
    index.store.delete(record.build, [0, 3])
    assert refusal(index.live) == f"the index {index.collection!r} has 3 rows, but 5 were written. {REBUILD}"


def test_the_whole_build_removed(index, units, indexed, remove):
    record = indexed(index, units(5))
    remove(record.build)
    gone = f"{record.build} of the index {index.collection!r} is gone. {REBUILD}"
    assert refusal(index.live) == (NONE.format(index.collection) if index.store.shared else gone)


def test_a_build_of_another_metric_in_its_place(index, units, indexed, replaced):
    replaced(indexed(index, units(5)), 8)
    message = f"the index {index.collection!r} has vectors of 8 numbers and metric L2, but 8 and IP were recorded."
    assert refusal(index.live) == f"{message} {REBUILD}"


def test_a_build_of_another_length_in_its_place(index, units, indexed, replaced):
    replaced(indexed(index, units(5)), 4)
    message = f"the index {index.collection!r} has vectors of 4 numbers and metric L2, but 8 and IP were recorded."
    assert refusal(index.live) == f"{message} {REBUILD}"


def test_somebody_elses_collection_under_our_name(index, units, l2):
    l2(index.collection, 4)
    message = (
        f"this Milvus has a collection {index.collection!r} that is no index of towhee-recsys (vectors of 4 numbers, "
        "metric L2): nothing was changed. Rename it, or give another name in milvus.collection."
    )
    for call in (
        index.live,
        lambda: index.search(units(1), 3),
        lambda: start_build(index, "a" * 16, 8),
        lambda: insert_live(index, [1], units(1)),
        lambda: delete_live(index, [1]),
    ):
        assert refusal(call) == message
    assert index.store.names().count(index.collection) == 1


def test_indexing_again_fixes_it(index, units, indexed, remove):
    remove(indexed(index, units(5)).build)
    indexed(index, units(5))
    assert index.live().rows == 5
