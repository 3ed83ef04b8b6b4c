"""Scalar fields: what is accepted, and how it is kept."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest

from tests.stores.vectors.helpers import rows
from towhee_recsys.errors import QueryError
from towhee_recsys.stores.vectors import VectorIndex, insert, insert_live, open_index, publish, start_build
from towhee_recsys.stores.vectors.fields import MAX_TEXT, MISSING_NUMBER, MISSING_TEXT
from towhee_recsys.stores.vectors.milvus.schema import column_of, field_of

numbers = count()
TYPES = {"price": "number", "brand": "text", "sold": "boolean", "tags": "texts"}
VALUES = {
    "price": [1.0, -2.0, 0.0, None],
    "brand": ["oak", "", "zinc", None],
    "sold": [True, False, True, None],
    "tags": [["a", "b"], ["b"], ["c"], None],
}
"""Of the items 0 to 3; all values of the last are missing."""


@pytest.fixture(scope="module")
def filled(uri, units):
    index = open_index(uri, f"fields_{next(numbers)}")
    build = start_build(index, "a" * 16, 8, fields=TYPES)
    publish(index, [insert(index, build, range(4), units(4), VALUES)])
    return index


def test_the_record_says_which_fields_there_are(filled):
    assert filled.live().fields == TYPES
    assert filled.live().id_type == "int"


def test_a_change_of_a_value_is_a_change_of_the_row(index, units):
    build = start_build(index, "a" * 16, 8, fields=TYPES)
    first = publish(index, [insert(index, build, range(4), units(4), VALUES)])
    insert_live(index, range(4), units(4), fields=VALUES)
    assert index.live() == first
    insert_live(index, [3], units(4)[3:], fields={**{name: [None] for name in TYPES}, "price": [7]})
    assert index.live().content_hash != first.content_hash
    assert index.store.rows(first.build, [3]).fields["price"] == [7.0]
    insert_live(index, [3], units(4)[3:])  # a field that is not given is missing
    assert index.live() == first


def test_a_build_of_other_fields_has_another_hash(index, units):
    made = set()
    for fields in (VALUES, {**VALUES, "brand": ["oak", None, "zinc", None]}, {}):
        build = start_build(index, "a" * 16, 8, fields=TYPES if fields else {})
        made.add(publish(index, [insert(index, build, range(4), units(4), fields)]).content_hash)
    assert len(made) == 3


def test_numbers_of_any_kind_are_float64(index, units):
    build = start_build(index, "a" * 16, 8, fields={"price": "number"})
    values = [3, np.int32(4), np.float32(0.5), float("nan")]
    insert(index, build, range(4), units(4), {"price": values})
    found = index.store.rows(build, range(4))
    assert dict(zip(found.ids.tolist(), found.fields["price"], strict=True)) == {0: 3.0, 1: 4.0, 2: 0.5, 3: None}


@pytest.fixture(scope="module")
def memory():
    return VectorIndex(open_index("memory://fields", "any").store, "refused")


@pytest.mark.parametrize(
    ("field", "value", "accepted"),
    [
        ("price", "1.5", "a number"),
        ("price", True, "a number"),
        ("price", 10**400, "a number"),
        ("price", MISSING_NUMBER, "a number"),
        ("brand", 5, f"a text of at most {MAX_TEXT:,} bytes"),
        ("brand", "é" * 40_000, "a text of at most"),
        ("brand", "\ud800", "a text of at most"),
        ("brand", MISSING_TEXT, "a text of at most"),
        ("brand", "\n" * 40_000, "a text of at most"),
        ("sold", 1, "true or false"),
        ("tags", "a|b", "a list of texts, at most 65,000 bytes as JSON"),
        ("tags", ["a", None], "a list of texts, at most 65,000 bytes as JSON"),
        ("tags", ["é" * 400] * 90, "a list of texts, at most 65,000 bytes as JSON"),
    ],
)
def test_values_that_are_refused(memory, units, field, value, accepted):
    build = start_build(memory, "a" * 16, 8, fields=TYPES)
    with pytest.raises(QueryError) as raised:
        insert(memory, build, [10, 11], units(2), {field: [None, value]})
    message = str(raised.value)
    assert f"field {field!r} of item 11" in message
    assert accepted in message
    assert "None where it is missing" in message
    assert memory.store.count(build) == 0


def test_fields_that_the_index_lacks_are_refused(memory, units):
    build = start_build(memory, "a" * 16, 8, fields=TYPES)
    with pytest.raises(QueryError, match="the index has no field 'colour'; it has price, brand, sold, tags"):
        insert(memory, build, [1], units(1), {"colour": ["red"]})
    with pytest.raises(QueryError, match="1 items need as many values of field 'price'; 2 were given"):
        insert(memory, build, [1], units(1), {"price": [1, 2]})


@pytest.mark.parametrize("name", ["", "x" * 300, "é" * 70])
def test_names_that_cannot_be_fields(name):
    with pytest.raises(QueryError, match=r"cannot be a field of the index: a name has 1 to 253 letters"):
        column_of(name)


def test_stored_names_are_as_different_as_the_fields():
    names = ["a b", "a_20_b", "x_6120", "f_a", "a", "é", "A", "x_"]
    assert len({column_of(name) for name in names}) == len(names)


@pytest.mark.parametrize("column", ["x_min", "x_ff", "id", "vector", "", "x", "min"])
def test_columns_of_other_programs_are_no_fields(column):
    assert field_of(column) is None
    assert [field_of(column_of(name)) for name in ("a b", "é", "x_min")] == ["a b", "é", "x_min"]


def test_rows_of_all_kinds_of_stores_are_compared_by_the_same_hashes(filled, units):
    from towhee_recsys.stores.vectors.rows import content_hash, hashes

    canonical = {**VALUES, "tags": [*VALUES["tags"][:3], []]}
    assert content_hash(hashes(rows(range(4), units(4), canonical))) == filled.live().content_hash
