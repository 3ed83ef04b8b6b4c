"""The record of what a model was trained on changes with what training reads, and with nothing else."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.declarations import schema
from towhee_recsys.data import read_dataset
from towhee_recsys.training.training_split import trained_on

FRAMES = {
    "items": pd.DataFrame({"sku": ["x", "y"], "name": ["p", "q"], "code": ["1", "2"], "tags": ["a|b", "c"]}),
    "interactions": pd.DataFrame({"customer": ["c", "d"], "sku": ["x", "y"]}),
}
ITEMS: dict[str, Any] = {"id": "sku", "lists": {"tags": "|"}, "codes": {"code": {"names": {"1": "one", "2": "two"}}}}


def record(**items: Any) -> dict[str, Any]:
    declared = {"interactions": {"user": "customer", "item": "sku"}, "items": ITEMS | items, "tables": FRAMES}
    return trained_on(read_dataset(schema(name="shop", **declared)))


@pytest.mark.parametrize(
    "items", [{"lists": {"tags": ","}}, {"lists": {}}, {"codes": {"code": {"names": {"1": "one", "2": "deux"}}}}]
)
def test_what_training_reads_is_in_the_record(items):
    assert record(**items)["reading"] != record()["reading"]


@pytest.mark.parametrize(
    "items",
    [
        {"title": "name"},
        {"show": ["tags"]},
        {"filter": ["tags"]},
        {"codes": {"code": ITEMS["codes"]["code"] | {"flags": ["--code"]}}},
    ],
)
def test_what_is_shown_of_items_is_not(items):
    assert record(**items) == record()
