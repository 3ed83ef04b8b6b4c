"""liked_items and item_id: from records to the ids that a search leaves out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from towhee_recsys.bundle import Bundle
from towhee_recsys.errors import QueryError
from towhee_recsys.operators import ItemId, LikedItems


@pytest.fixture
def text_ids(sample_bundle, monkeypatch):
    """The folder of the sample's model, whose ids are taken as texts."""
    schema = dataclasses.replace(sample_bundle.item_schema, id_type="text")
    monkeypatch.setattr(Bundle, "item_schema", property(lambda _: schema))
    return str(sample_bundle.directory)


@pytest.mark.parametrize(
    ("user", "ids"),
    [
        ({}, []),
        ({"liked": None}, []),
        ({"liked": []}, []),
        ({"user_id": 7, "liked": [5001, 5003, 5001]}, [5001, 5003]),
        ({"liked": ("5001", "-3")}, [5001, -3]),
        ({"liked": np.array([5001, 5003])}, [5001, 5003]),
    ],
    ids=str,
)
def test_liked_items(sample_bundle, user, ids):
    liked_items = LikedItems(str(sample_bundle.directory))
    assert liked_items(user) == ids
    assert liked_items([user, {}]) == [ids, []]


def test_text_ids(text_ids):
    assert LikedItems(text_ids)({"liked": ("sku-1", "sku 2", 5001)}) == ["sku-1", "sku 2", "5001"]
    assert ItemId(text_ids)([{"movie_id": 5001}, {"movie_id": "12345"}]) == [["5001"], ["12345"]]


def test_what_is_not_a_list_of_ids_is_refused(sample_bundle):
    with pytest.raises(QueryError, match=r"liked .*list of item ids.*5001"):
        LikedItems(str(sample_bundle.directory))({"liked": 5001})


@pytest.mark.parametrize("key", ["sku-1", "05001", "+5", "", "5 ", "²"])
def test_ids_of_another_type_are_refused(sample_bundle, key):
    model = str(sample_bundle.directory)
    for field, operator, record in [
        ("liked", LikedItems(model), {"liked": [key]}),
        ("movie_id", ItemId(model), {"movie_id": key}),
    ]:
        with pytest.raises(QueryError) as error:
            operator(record)
        assert all(fact in str(error.value) for fact in (field, repr(key), "whole number"))


def test_item_id(sample_bundle):
    item_id = ItemId(str(sample_bundle.directory))
    assert item_id({"movie_id": 5001, "title": "any"}) == item_id({"movie_id": "5001"}) == [5001]
    assert item_id({"title": "any"}) == item_id({"movie_id": None}) == []
    assert item_id([{"movie_id": 5001}, {}]) == [[5001], []]
