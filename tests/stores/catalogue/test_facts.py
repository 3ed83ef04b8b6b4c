"""The facts of an item record, as the schema declares them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from towhee_recsys.data.items import ItemSchema
from towhee_recsys.errors import QueryError
from towhee_recsys.stores.catalogue import facts_of, facts_without_schema

SCHEMA = ItemSchema("sku", "text", "name", {"name": "text", "price": "number", "new": "boolean", "tags": "texts"}, {})
RECORD = {"price": 2.5, "tags": ["a", "b"], "sku": "x-1", "name": "Lamp", "new": True, "not shown": object()}
FACTS = {"sku": "x-1", "name": "Lamp", "price": 2.5, "new": True, "tags": ["a", "b"]}


def test_the_declared_columns_in_their_order_and_the_id_first():
    key, facts = facts_of(RECORD, SCHEMA)
    assert key == "x-1"
    assert list(facts.items()) == list(FACTS.items())


def test_a_schema_that_shows_the_id_too():
    schema = ItemSchema("sku", "text", None, {"name": "text", "sku": "text"}, {})
    assert list(facts_of(RECORD, schema)[1].items()) == [("sku", "x-1"), ("name", "Lamp")]


def test_an_integer_stays_an_integer():
    schema = ItemSchema("movie_id", facts={"year": "number"})
    assert repr(facts_of({"movie_id": 1, "year": 1995}, schema)) == "(1, {'movie_id': 1, 'year': 1995})"


@pytest.mark.parametrize(
    "missing", [None, float("nan"), np.nan, np.float32("nan"), pd.NA, pd.NaT, np.datetime64("NaT")]
)
@pytest.mark.parametrize("column", ["name", "price", "new", "tags"])
def test_a_missing_value_is_none(column, missing):
    assert facts_of(RECORD | {column: missing}, SCHEMA)[1] == FACTS | {column: None}
    without = {key: value for key, value in RECORD.items() if key != column}
    assert facts_of(without, SCHEMA)[1] == FACTS | {column: None}


@pytest.mark.parametrize(
    ("column", "given", "expected"),
    [
        ("price", np.int32(3), 3),
        ("price", np.float64(2.5), 2.5),
        ("price", np.array(7), 7),
        ("price", 2**63 - 1, 2**63 - 1),
        ("name", np.str_("x"), "x"),
        ("name", np.array("x"), "x"),
        ("name", "", ""),
        ("new", np.bool_(False), False),
        ("tags", [], []),
        ("tags", ("a",), ["a"]),
        ("tags", np.array(["a", "b"]), ["a", "b"]),
        ("tags", np.array(["a", "b"], object), ["a", "b"]),
    ],
)
def test_values_of_numpy_become_python_s(column, given, expected):
    found = facts_of(RECORD | {column: given}, SCHEMA)[1][column]
    assert (found, type(found)) == (expected, type(expected))
    assert not isinstance(found, list) or {type(each) for each in found} <= {str}


@pytest.mark.parametrize(
    ("column", "wrong", "accepted"),
    [
        ("price", "2.5", "a finite number of at most 64 bits, or None"),
        ("price", float("inf"), "a finite number of at most 64 bits, or None"),
        ("price", 2**63, "a finite number of at most 64 bits, or None"),
        ("price", True, "a finite number of at most 64 bits, or None"),
        ("price", pd.Timestamp(0), "a finite number of at most 64 bits, or None"),
        ("name", 3, "a text of Unicode, or None"),
        ("name", "\ud800", "a text of Unicode, or None"),
        ("name", b"x", "a text of Unicode, or None"),
        ("new", 1, "True or False, or None"),
        ("new", "yes", "True or False, or None"),
        ("tags", "a|b", "a list of texts of Unicode, or None"),
        ("tags", ["a", None], "a list of texts of Unicode, or None"),
        ("tags", [["a"]], "a list of texts of Unicode, or None"),
        ("tags", {"a"}, "a list of texts of Unicode, or None"),
        ("tags", np.array([["a"]]), "a list of texts of Unicode, or None"),
    ],
)
def test_a_fact_of_another_type_is_refused(column, wrong, accepted):
    with pytest.raises(QueryError) as raised:
        facts_of(RECORD | {column: wrong}, SCHEMA)
    message = str(raised.value)
    assert message.startswith(f"item 'x-1' cannot go into the catalogue: {column!r} is ")
    assert message.endswith(f". Accepted: {accepted}.")


def test_a_long_value_is_shortened_in_the_message():
    with pytest.raises(QueryError) as raised:
        facts_of(RECORD | {"price": "9" * 100_000}, SCHEMA)
    assert len(str(raised.value)) < 300


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"name": "Lamp"}, "has no id: it lacks 'sku'"),
        (RECORD | {"sku": 1}, r"item id 1 is not acceptable: 'sku' is a text, as declared"),
        (RECORD | {"sku": None}, "item id None is not acceptable"),
        (RECORD | {"sku": "x" * 513}, "not acceptable. Accepted: .* 1 to 512 bytes"),
        ("x-1", "an item record is a mapping from column to value, not 'x-1'"),
        (None, "an item record is a mapping"),
    ],
)
def test_a_record_without_an_id_of_the_declared_type_is_refused(record, message):
    with pytest.raises(QueryError, match=message):
        facts_of(record, SCHEMA)


def test_a_text_where_ids_are_integers_is_refused():
    with pytest.raises(QueryError, match=r"item id '1' is not acceptable: 'movie_id' is an integer, as declared"):
        facts_of({"movie_id": "1"}, ItemSchema("movie_id"))


def test_without_a_schema_the_facts_are_the_whole_record():
    record = {"name": np.str_("Lamp"), "price": np.float64("nan"), "sku": np.int64(3), "tags": ("a",)}
    key, facts = facts_without_schema(record, "sku")
    assert (key, type(key)) == (3, int)
    assert list(facts.items()) == [("sku", 3), ("name", "Lamp"), ("price", None), ("tags", ["a"])]
    with pytest.raises(QueryError, match=r"^item 3 cannot go into the catalogue: 'size' is {'cm': 3}\. Accepted: "):
        facts_without_schema(record | {"size": {"cm": 3}}, "sku")
    with pytest.raises(QueryError, match="it lacks 'id'"):
        facts_without_schema(record, "id")
