"""Ids as requests give them."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.data.item_ids import item_id, item_ids_from_text
from towhee_recsys.errors import QueryError


def test_an_id_gets_the_type_of_the_dataset():
    assert [item_id(key, "int", "id") for key in (5, "5", "-5", np.int64(5), "0")] == [5, 5, -5, 5, 0]
    assert [item_id(key, "text", "id") for key in (5, "05", np.int64(-5), "a b")] == ["5", "05", "-5", "a b"]


@pytest.mark.parametrize(
    ("key", "id_type"),
    [(True, "int"), (True, "text"), (1.5, "int"), (1.5, "text"), ("-0", "int"), ("1_0", "int"), ("9" * 9999, "int")],
)
def test_what_is_no_id_is_refused(key, id_type):
    with pytest.raises(QueryError, match=r"liked: item id .* was given; the ids of this dataset are each a") as raised:
        item_id(key, id_type, "liked")
    assert raised.value.field == "liked"
    assert raised.value.accepted in str(raised.value)


def test_lists_of_text_ids_are_split_at_commas_only():
    assert item_ids_from_text("sku 1, 12345,,", "text", "--liked") == ["sku 1", "12345"]
    assert item_ids_from_text("260, -5 7,", "int", "--liked") == [260, -5, 7]
