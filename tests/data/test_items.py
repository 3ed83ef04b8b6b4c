"""The schema of a dataset's items, written as JSON and read again."""

from __future__ import annotations

import json

import pytest

from towhee_recsys.data.items import ItemSchema

SCHEMA = ItemSchema(
    "sku", "text", "name", {"name": "text", "price": "number", "new": "boolean", "tags": "texts"}, {"price": "number"}
)


@pytest.mark.parametrize("schema", [SCHEMA, ItemSchema("id")])
def test_a_schema_is_read_as_it_was_written(schema):
    read = ItemSchema.from_json(json.loads(json.dumps(schema.to_json())))
    assert read == schema
    assert list(read.facts) == list(schema.facts)
