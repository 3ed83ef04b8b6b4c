"""The column with the times at which items expire."""

from __future__ import annotations

import pytest

from tests.data.table.conftest import RATINGS
from towhee_recsys.data import read_dataset, records
from towhee_recsys.data.expiry import expiry_times
from towhee_recsys.data.items import EXPIRY
from towhee_recsys.errors import DatasetError

LINES = ["A1,NA,2026-12-01T00:00:00Z", "A2,Lamp,1780000000000", "A3,Vase,"]


def declared(tables, *lines, **more):
    table = {"path": tables.write("items.csv", "\n".join(["sku,name,until", *lines])), "id": "sku", "title": "name"}
    interactions = {"path": tables.write("ratings.csv", RATINGS), "user": "customer", "item": "sku", "rating": "stars"}
    items = {**table, "expires": "until", "time_unit": "ms", **more}
    return tables.declared(interactions={**interactions, "scale": [0.5, 5]}, items=items)


def test_the_index_has_a_field_for_it(tables):
    dataset = read_dataset(declared(tables, *LINES))
    assert [each["until"] for each in records(dataset.items)] == ["2026-12-01T00:00:00Z", "1780000000000", None]
    schema = dataset.item_schema
    assert (schema.expires, schema.time_unit) == ("until", "ms")
    assert (schema.filters, schema.index_fields) == ({}, {EXPIRY: "number"})
    assert type(schema).from_json(schema.to_json()) == schema
    plain = read_dataset(tables.ratings()).item_schema
    assert plain.index_fields == plain.filters == {"tags": "texts", "stock": "boolean"}


@pytest.mark.parametrize("value", ["soon", "31.12.2026", "1e40"])
def test_a_row_whose_time_cannot_be_read_is_refused(tables, value):
    with pytest.raises(DatasetError) as raised:
        read_dataset(declared(tables, *LINES, f"A4,Jug,{value}"))
    message = str(raised.value)
    facts = ("items.csv", f"until: given '{value}'", "milliseconds since 1970, or ISO 8601", "never expires")
    assert all(fact in message for fact in facts), message


def test_a_column_that_the_table_lacks_is_refused(tables):
    with pytest.raises(DatasetError, match=r"dataset\.items\.expires: given 'untill'.* Did you mean 'until'\?"):
        read_dataset(declared(tables, *LINES, expires="untill"))


def test_times_of_all_kinds():
    times, wrong = expiry_times([0, 1.5, "1500", "1970-01-02", None, " ", float("nan"), "x", -1, 10**30], "ms")
    assert times[:7] == [0.0, 0.0, 1.0, 86400.0, None, None, None]
    assert wrong == [7, 9]
    assert times[8] == -1.0
    assert expiry_times([], "s") == ([], [])
