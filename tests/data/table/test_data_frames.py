"""Data frames in the place of files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.data.table.conftest import ITEM_COLUMNS
from tests.declarations import schema
from towhee_recsys.config import load_config
from towhee_recsys.data import (
    check_dataset,
    interactions_frame,
    iter_items,
    read_dataset,
    records,
)
from towhee_recsys.errors import ConfigError, DatasetError


def test_frames_in_the_place_of_files():
    items = pd.DataFrame({
        "sku": [3, 1, 2],
        "name": ["x", "y", "z"],
        "price": [1.0, np.nan, 3.0],
        "weight": [1.0, 2.0, 3.0],
        "stock": pd.Series([True, None, False], dtype="boolean"),
        "tags": [["a"], ("b", "c"), []],
        "kind": pd.Categorical(["k", None, "k"]),
    })  # fmt: skip
    orders = pd.DataFrame({"customer": ["c", "c"], "sku": [1.0, 2.0], "n": [2, 3]})
    config = load_config(
        dataset={
            "name": "shop",
            "items": ITEM_COLUMNS,
            "interactions": {"user": "customer", "item": "sku", "count": "n"},
        },
        tables={"items": items, "interactions": orders},
    )
    dataset = read_dataset(config.dataset)
    assert records(dataset.items) == [
        {"sku": 3, "name": "x", "price": 1, "weight": 1.0, "stock": True, "tags": ["a"], "kind": "k"},
        {"sku": 1, "name": "y", "price": None, "weight": 2.0, "stock": None, "tags": ["b", "c"], "kind": None},
        {"sku": 2, "name": "z", "price": 3, "weight": 3.0, "stock": False, "tags": [], "kind": "k"},
    ]
    assert isinstance(records(dataset.items)[0]["price"], int)
    assert interactions_frame(dataset).to_numpy().tolist() == [["c", 1, 2.0, 0], ["c", 2, 3.0, 0]]
    assert check_dataset(config.dataset)[1]
    assert list(iter_items(config.dataset, chunk_size=2))[1] == records(dataset.items)[2:]
    changed = load_config(config, tables={"items": items.assign(weight=0), "interactions": orders})
    copied = load_config(config, tables={"items": items.copy(), "interactions": orders})
    prints = [read_dataset(each.dataset).fingerprint for each in (config, changed, copied)]
    assert prints[0] == prints[2] != prints[1]


@pytest.mark.parametrize(
    ("tables", "fact"),
    [
        ({"items": [1]}, "dataset.tables.items: given a list, accepted: a pandas.DataFrame"),
        ({"items": pd.DataFrame([[1, 2]], columns=["sku", "sku"])}, "'sku' is there twice"),
        ({"items": pd.DataFrame({"sku": [1.5]})}, "given 1.5, accepted: ids that are whole numbers or texts"),
        (
            {"items": pd.DataFrame({"sku": pd.Series(["a\ud800"], dtype=object)})},
            r"given 'a\ud800', accepted: ids",
        ),
        ({"items": pd.DataFrame({"sku": [1], "price": [np.inf]})}, "dataset.tables.items:1: price: given inf"),
        ({"items": pd.DataFrame({"sku": []})}, "dataset.tables.items is empty"),
    ],
)
def test_frames_that_are_no_tables(tables, fact):
    orders = pd.DataFrame({"customer": ["c"], "sku": [1]})
    interactions = {"user": "customer", "item": "sku"}
    with pytest.raises(DatasetError) as caught:
        read_dataset(schema(name="x", strict=True, interactions=interactions, tables={"interactions": orders} | tables))
    assert fact in str(caught.value)


def test_sets_of_several_types_are_lists_of_texts():
    orders, items = pd.DataFrame({"c": [1], "sku": [1]}), pd.DataFrame({"sku": [1], "tags": [{2, "a", 1}]})
    tables = {"interactions": orders, "items": items}
    dataset = read_dataset(schema(name="x", interactions={"user": "c", "item": "sku"}, tables=tables))
    assert dataset.items["tags"].tolist() == [["1", "2", "a"]]


def test_a_frame_for_no_table():
    with pytest.raises(ConfigError, match="tables"):
        load_config(dataset={"name": "x"}, tables={"orders": pd.DataFrame()})


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
@pytest.mark.parametrize("unit", ["ns", "ms"])
def test_times_of_frames(unit, zone):
    times = pd.Series(np.array(["2024-05-31T12:00:00.000", "1969-12-31T23:59:59.500"], dtype=f"datetime64[{unit}]"))
    orders = pd.DataFrame({"customer": ["c", "d"], "sku": ["x", "x"], "at": times.dt.tz_localize(zone)})
    table = {"user": "customer", "item": "sku", "time": "at"}
    declared = schema(name="x", interactions=table, strict=True, tables={"interactions": orders})
    noon, early = read_dataset(declared).interactions.times
    assert noon == 1717156800 - (7200 if zone else 0)
    assert early == -1 - (3600 if zone else 0)
