"""liked_items and item_id: from records to the ids that a search leaves out."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.errors import QueryError
from towhee_recsys.operators import ItemId, LikedItems


@pytest.mark.parametrize(
    ("user", "ids"),
    [
        ({}, []),
        ({"liked": None}, []),
        ({"liked": []}, []),
        ({"user_id": 7, "liked": [5001, 5003, 5001]}, [5001, 5003]),
        ({"liked": ("sku-1", "sku-2")}, ["sku-1", "sku-2"]),
        ({"liked": np.array([5001, 5003])}, [5001, 5003]),
    ],
    ids=str,
)
def test_liked_items(user, ids):
    assert LikedItems()(user) == ids
    assert LikedItems()([user, {}]) == [ids, []]


def test_what_is_not_a_list_of_ids_is_refused():
    with pytest.raises(QueryError, match=r"liked .*list of item ids.*5001"):
        LikedItems()({"liked": 5001})


def test_item_id(sample_bundle):
    item_id = ItemId(str(sample_bundle.directory))
    assert item_id({"movie_id": 5001, "title": "any"}) == [5001]
    assert item_id({"title": "any"}) == item_id({"movie_id": None}) == []
    assert item_id([{"movie_id": 5001}, {}]) == [[5001], []]
