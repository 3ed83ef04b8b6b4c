"""What is made sure of before a build goes live; whatever is found leaves the live index as it is."""

from __future__ import annotations

import numpy as np
import pytest

from tests.stores.vectors.helpers import is_file, milvus_only, rows, upsert
from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.stores.vectors import IndexRecord, insert, publish, start_build
from towhee_recsys.stores.vectors.checks import verify
from towhee_recsys.stores.vectors.rows import content_hash, hashes

CURE = "The live index is as it was; index again."


@pytest.fixture
def built(index, units, indexed):
    """A live index, and a build beside it with its receipt; publishing it must say what `message` is."""
    record = indexed(index, units(5))
    build = start_build(index, "b" * 16, 8)
    receipt = insert(index, build, range(20), units(20, model="b"))

    def refused(message):
        with pytest.raises(IndexMismatchError) as raised:
            publish(index, [receipt])
        assert str(raised.value) == f"{message} {CURE}"
        assert index.live() == record

    return build, refused


def test_a_row_that_is_not_there(index, built):
    build, refused = built
    index.store.delete(build, [7])
    refused(f"the index {index.collection!r} has 19 rows, but 20 were written.")


def test_a_row_twice(index, units, indexed):
    record, build = indexed(index, units(5)), start_build(index, "b" * 16, 8)
    if not is_file(index):
        pytest.skip("only Milvus Lite 2 keeps a row twice")
    receipt = insert(index, build, range(20), units(20, model="b"))
    index.store.append(build, rows([7], units(20)[7:8]))
    with pytest.raises(IndexMismatchError, match=f"has 21 rows, but 20 were written. {CURE}"):
        publish(index, [receipt])
    assert index.live() == record


def test_a_row_that_was_changed(index, built, units):
    build, refused = built
    upsert(index, build, [7], units(1, seed=9))
    refused(f"{build}: item 7 reads other than it was written.")


def test_a_row_under_another_id(index, built, units):
    build, refused = built
    index.store.delete(build, [7])
    upsert(index, build, [99], units(20)[7:8])
    refused(f"{build}: item 7 reads other than it was written.")


def test_another_metric(index, built, units):
    build, refused = built
    client = milvus_only(index).client
    client.drop_collection(build)
    client.create_collection(build, dimension=8, primary_field_name="id", metric_type="L2")
    client.insert(build, [{"id": key, "vector": vector} for key, vector in enumerate(np.asarray(units(20)))])
    refused(f"the index {index.collection!r} has vectors of 8 numbers and metric L2, but 8 and IP were recorded.")


def test_items_that_do_not_find_themselves(index, units):
    build, vectors = start_build(index, "a" * 16, 8), np.array(units(20))
    vectors[3] *= 2  # the nearest to all that are somewhat like it
    upsert(index, build, range(20), vectors)
    written = hashes(rows(range(20), vectors))
    record = IndexRecord(index.collection, build, "a" * 16, 8, "IP", 20, content_hash(written))
    with pytest.raises(IndexMismatchError, match=rf"^{build}: \d+ of 20 items do not find themselves\. {CURE}$"):
        verify(index.store, record, np.arange(20), written)


def test_equal_items_find_each_other(index, units, indexed):
    assert indexed(index, units(5)[[0, 1, 1, 2, 1]]).rows == 5


def test_of_many_items_some_are_drawn(index, units):
    items = units(4200, dim=4)
    build = start_build(index, "a" * 16, 4)
    receipts = [insert(index, build, range(at, at + 1000), items[at : at + 1000]) for at in range(0, 4000, 1000)]
    receipts.append(insert(index, build, range(4000, 4200), items[4000:]))
    publish(index, receipts)
    assert index.live().rows == 4200
    upsert(index, build, range(200), items[200:400])
    with pytest.raises(IndexMismatchError, match="reads other than it was written"):
        publish(index, receipts)
