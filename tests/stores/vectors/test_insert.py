"""What every vector store takes, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.errors import QueryError
from towhee_recsys.stores.vectors import insert, insert_live, start_build

WHOLE = "was given; the ids here are each a whole number of at most 64 bits."


@pytest.fixture
def refused(index, units):
    """What both ways to insert say of these ids and vectors."""

    def message(ids, vectors):
        build = start_build(index, "a" * 16, 8)
        messages = set()
        for how in (lambda: insert(index, build, ids, vectors), lambda: insert_live(index, ids, vectors)):
            with pytest.raises(QueryError) as raised:
                how()
            messages.add(str(raised.value))
        assert index.record is None, "a refused insert began an index"
        assert len(messages) == 1
        return messages.pop()

    return message


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([1, 2, 1], "item id 1 occurs twice."),
        ([1, "2", 3], f"item id '2' {WHOLE}"),
        ([1, 2.0, 3], f"item id 2.0 {WHOLE}"),
        ([1, True, 3], f"item id True {WHOLE}"),
        ([1, None, 3], f"item id None {WHOLE}"),
        ([1, [2], 3], f"item id [2] {WHOLE}"),
        ([1, 2**63, 3], f"item id 9223372036854775808 {WHOLE}"),
        ([1, 2], "2 items need vectors [2, dim]; [3, 8] were given."),
    ],
)
def test_ids_that_are_refused(refused, units, ids, message):
    assert refused(ids, units(3)) == message


@pytest.mark.parametrize("value", [np.nan, np.inf, 0, 2])
def test_vectors_that_are_not_of_length_1(refused, units, value):
    vectors = units(3)
    vectors.search[1] *= value
    length = f"{np.linalg.norm(vectors.search[1]):.4g}"
    message = f"the vector of item 11 has length {length}, not 1: `normalize` it first."
    assert refused([10, 11, 12], vectors) == message


def test_a_single_vector_is_none_of_several(refused, units):
    assert refused([1], units(1)[0]) == "1 items need vectors [1, dim]; [8] were given."


def test_any_whole_number_is_an_id(index, units):
    ids = [0, -5, np.int32(7), 2**63 - 1]
    insert_live(index, ids, units(4))
    assert [hits[0].id for hits in index.search(units(4), 1)] == ids
