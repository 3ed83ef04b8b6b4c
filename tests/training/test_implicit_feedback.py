"""Implicit feedback with a known answer: purchases are of a customer's own kind of product, views are of any kind.

There are no ratings: training needs none, and nothing that is read off them exists afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from towhee_recsys import train
from towhee_recsys.bundle import Bundle, ItemEncoder, UserEncoder
from towhee_recsys.config import Config, load_config
from towhee_recsys.errors import ConfigError
from towhee_recsys.model.embeddings import normalize

CUSTOMERS, PRODUCTS = [f"c-{number:03}" for number in range(80)], [f"P{number}" for number in range(40)]
WEIGHTS = {"view": 0.1, "purchase": 1.0}
FEATURES = {
    "ids": [{"kind": "id", "column": "customer_id"}],
    "history": [{"kind": "history", "column": "liked"}],
}


def kinds(ids: list[str]) -> np.ndarray:
    """The kind of each customer or product: whether its number is odd. No other column shows it."""
    return np.array([int(key.strip("c-P")) % 2 for key in ids])


@pytest.fixture(scope="module")
def shop() -> dict[str, pd.DataFrame]:
    """Customers buy eight products of their kind and view eight of the other."""
    random, rows = np.random.default_rng(5), []
    for customer, kind in zip(CUSTOMERS, kinds(CUSTOMERS), strict=True):
        for wanted, action in ((kind, "purchase"), (1 - kind, "view")):
            products = np.flatnonzero(kinds(PRODUCTS) == wanted)
            rows += [(customer, PRODUCTS[row], action) for row in random.choice(products, 8, replace=False)]
    orders = pd.DataFrame(rows, columns=["customer_id", "sku", "action"])
    return {
        "users": pd.DataFrame({"customer_id": CUSTOMERS}),
        "items": pd.DataFrame({"sku": PRODUCTS, "name": "A product"}),
        "interactions": orders.sample(frac=1, random_state=1, ignore_index=True),
    }


@pytest.fixture(scope="module")
def config_of(shop: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Config]:
    """Makes configs of the shop; takes overrides."""

    def config_of(*overrides: str, features: str = "ids", factor: float = 1) -> Config:
        events = {"event": "action", "weights": {name: factor * weight for name, weight in WEIGHTS.items()}}
        columns = {"user": "customer_id", "item": "sku", "liked": 0.5 * factor}
        return load_config(
            dataset={"name": "shop", "items": {"title": "name"}, "interactions": columns | events},
            features={"user": FEATURES[features]},
            model={"dir": str(tmp_path_factory.mktemp("shop") / "model"), "embedding_size": 16},
            training={"epochs": 30, "batch_size": 16, "learning_rate": 0.03, "temperature": 0.2, "validation": 0.1}
            | {"warmup_steps": 5, "ranking_decay": 0.01, "item_decay": 0.01, "device": "cpu"},
            overrides=overrides,
            tables=shop,
        )

    return config_of


@pytest.fixture(scope="module", params=["ids", "history"])
def bundle(request: pytest.FixtureRequest, config_of: Callable[..., Config]) -> Bundle:
    return train(config_of(features=request.param))


@pytest.fixture(scope="module")
def items(bundle: Bundle) -> np.ndarray:
    return np.asarray(normalize(ItemEncoder(bundle)([{"sku": key} for key in PRODUCTS])))


def own_share(users: np.ndarray, items: np.ndarray, wanted: np.ndarray) -> float:
    """How many of each user's ten best items are of the wanted kind; by chance half."""
    best = np.argsort(-(users @ items.T), axis=1)[:, :10]
    return float((kinds(PRODUCTS)[best] == wanted[:, None]).mean())


def test_customers_find_products_like_those_they_bought_not_those_they_viewed(bundle: Bundle, items: np.ndarray):
    users = normalize(UserEncoder(bundle)([{"customer_id": key} for key in CUSTOMERS]))
    assert own_share(np.asarray(users), items, kinds(CUSTOMERS)) > 0.85


def test_liked_products_find_others_of_their_kind(bundle: Bundle, items: np.ndarray):
    liked = [["P1", "P7", "P13"], ["P2", "P8", "P14"]]
    users = normalize(UserEncoder(bundle, unknown_user="general")([{"liked": each} for each in liked]))
    assert own_share(np.asarray(users), items, np.array([1, 0])) > 0.8


def test_nothing_is_known_of_ratings(bundle: Bundle):
    assert bundle.config.objective == "ranking"
    assert bundle.calibration is bundle.manifest.calibration is bundle.manifest.rating_map is None
    assert bundle.quality.keys() == {"kept_epoch", "validation_ndcg@10"}
    history = json.loads((bundle.directory / "history.json").read_text(encoding="utf-8"))
    assert {name for line in history for name in line} == {"epoch", "learning_rate", "loss", "validation_ndcg@10"}
    assert history[-1]["loss"] < history[0]["loss"]
    assert history[-1]["validation_ndcg@10"] > 0.25, "by chance 0.17"
    vectors = UserEncoder(bundle)([{"customer_id": CUSTOMERS[0]}])
    assert vectors.rating is None
    assert vectors.model.calibration is None
    assert (bundle.directory / "curves.png").is_file()


def test_patience_judges_by_the_lists(config_of: Callable[..., Config]):
    bundle = train(config_of("training.patience=2", "training.epochs=12"))
    history = json.loads((bundle.directory / "history.json").read_text(encoding="utf-8"))
    figures = [line["validation_ndcg@10"] for line in history]
    assert bundle.quality["kept_epoch"] == 1 + int(np.argmax(figures))
    assert bundle.quality["validation_ndcg@10"] == max(figures)


def test_the_same_seed_gives_the_same_model(config_of: Callable[..., Config]):
    one, other = (train(config_of("training.epochs=2")) for _ in range(2))
    assert one.model_id == other.model_id


def test_weights_count_relative_to_each_other(config_of: Callable[..., Config]):
    """Views at 0.1 and purchases at 1 are the same as 0.4 and 4."""
    one, other = (train(config_of("training.epochs=2", factor=factor)) for factor in (1, 4))
    assert one.quality["validation_ndcg@10"] == pytest.approx(other.quality["validation_ndcg@10"], rel=1e-3)


@pytest.mark.parametrize("objective", ["rating", "both"])
def test_an_objective_that_predicts_ratings_is_refused(objective: str, config_of: Callable[..., Config]):
    with pytest.raises(ConfigError, match=rf"objective: given '{objective}'.*accepted: ranking"):
        config_of(f"objective={objective}")


def test_all_interactions_train_the_final_model(config_of: Callable[..., Config]):
    config = config_of("training.epochs=3")
    final = train(config, final=True)
    assert final.manifest.trained_on["protocol"] == "everything"
    assert final.quality == {"kept_epoch": 3}
    assert final.calibration is None
