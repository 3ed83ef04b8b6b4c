"""A dataset of data frames is indexed with its history, whichever of its tables are frames."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from towhee_recsys import index_pipeline, load_config, recommend_pipeline, train
from towhee_recsys.stores.history import open_history

CUSTOMERS, PRODUCTS = [f"c{number}" for number in range(20)], [f"P{number}" for number in range(30)]


@pytest.fixture
def config(request, tmp_path):
    """A shop; of its tables those of the parameter are frames, the others files."""
    random = np.random.default_rng(0)
    rows = [(customer, PRODUCTS[row]) for customer in CUSTOMERS for row in random.choice(30, 6, replace=False)]
    frames = {
        "items": pd.DataFrame({"sku": PRODUCTS, "name": "A product"}),
        "interactions": pd.DataFrame(rows, columns=["customer", "sku"]),
    }
    declared = {"items": {"title": "name"}, "interactions": {"user": "customer", "item": "sku"}}
    for table in frames.keys() - request.param:
        frames[table].to_csv(tmp_path / f"{table}.csv", index=False)
        declared[table]["path"] = str(tmp_path / f"{table}.csv")
    return load_config(
        dataset={"name": "shop", "strict": True} | declared,
        tables={name: frames[name] for name in request.param},
        model={"dir": str(tmp_path / "model"), "embedding_size": 8},
        training={"epochs": 1, "validation": 0, "device": "cpu"},
        milvus={"uri": f"memory://{tmp_path.name}"},
        catalogue=f"sqlite:///{tmp_path / 'shop.sqlite'}",
    )


@pytest.mark.parametrize("config", [{"items", "interactions"}, {"items"}, {"interactions"}], ids=sorted, indirect=True)
def test_the_history_is_of_the_frames_in_the_place_of_files(config):
    train(config)
    [record] = index_pipeline(config)().get()
    assert record.rows == 30
    [seen] = open_history(config.history_url).get(["c0"], record.build)
    assert len(seen) == 6
    found = {item["sku"] for item in recommend_pipeline(load_config(config, top_k=30))({"customer": "c0"}).get()[0]}
    assert found == {*PRODUCTS} - {*seen}


@pytest.mark.parametrize("config", [{"items", "interactions"}], ids=sorted, indirect=True)
def test_other_items_than_the_dataset_s_leave_its_history_as_it_is(config):
    train(config)
    [record] = index_pipeline(config)({"items": config.dataset.tables["items"][:10]}).get()
    assert record.rows == 10
    assert len(open_history(config.history_url).get(["c0"], record.build)[0]) == 6
