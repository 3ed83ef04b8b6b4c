"""Items that have expired are in no answer, and the others are, from the data to the recommendations."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from towhee_recsys import index_pipeline, load_config, recommend_pipeline, similar_pipeline, train

CUSTOMERS, PRODUCTS = [f"c{number}" for number in range(20)], [f"P{number}" for number in range(30)]


@pytest.fixture(scope="module", params=["numbers", "datetimes", "texts"])
def config(request, tmp_path_factory):
    """A shop in which every third product has expired, and every other third does not expire."""
    random, folder, now = np.random.default_rng(0), tmp_path_factory.mktemp("expiry"), time.time()
    rows = [(customer, PRODUCTS[row]) for customer in CUSTOMERS for row in random.choice(30, 6, replace=False)]
    until = pd.Series([[now - 3600, now + 3600, None][row % 3] for row in range(30)], dtype=float)
    if request.param != "numbers":
        until = pd.to_datetime(until, unit="s")
    if request.param == "texts":
        until = until.map(lambda each: "" if pd.isna(each) else each.isoformat(timespec="seconds") + "Z")
    config = load_config(
        dataset={
            "name": "shop",
            "strict": True,
            "items": {"title": "name", "filter": ["price"], "expires": "until"},
            "interactions": {"user": "customer", "item": "sku"},
        },
        tables={
            "items": pd.DataFrame({"sku": PRODUCTS, "name": "A product", "price": range(30), "until": until}),
            "interactions": pd.DataFrame(rows, columns=["customer", "sku"]),
        },
        model={"dir": str(folder / "model"), "embedding_size": 8},
        training={"epochs": 1, "validation": 0, "device": "cpu"},
        milvus={"uri": str(folder / "shop.db")},
        catalogue=f"sqlite:///{folder / 'shop.sqlite'}",
        include_seen=True,
    )
    train(config)
    [record] = index_pipeline(config)().get()
    assert record.rows == 30, "they stay in the index"
    return config


def test_only_items_that_have_not_expired_are_recommended(config):
    there = {key for row, key in enumerate(PRODUCTS) if row % 3}
    recommend = recommend_pipeline(config)
    for user in ({"customer": "c0"}, {}, {"liked": ["P1"]}, {"liked": ["P0"]}):
        [items] = recommend({"user": user, "top_k": 30}).get()
        assert {item["sku"] for item in items} == there - {*user.get("liked", ())}
        [items] = recommend({"user": user, "top_k": 30, "filter": {"price": {"gte": 20}}}).get()
        assert {item["sku"] for item in items} == {f"P{row}" for row in range(20, 30) if row % 3}
    [items] = similar_pipeline(config)({"items": ["P0", "P2"], "top_k": 30}).get()
    assert {item["sku"] for item in items} == there - {"P2"}
