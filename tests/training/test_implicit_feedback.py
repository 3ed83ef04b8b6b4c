"""Implicit feedback with a known answer: purchases are of a customer's own kind of product, views are of any kind.

There are no ratings: training needs none, and nothing that is read off them exists afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from towhee_recsys.bundle import Bundle, ItemEncoder, UserEncoder
from towhee_recsys.config import Config, load_config
from towhee_recsys.data import Dataset
from towhee_recsys.errors import ConfigError
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.model.paddle.device import use_device
from towhee_recsys.training.calibrate import calibrate
from towhee_recsys.training.checkpoint import Checkpoint
from towhee_recsys.training.examples import encode
from towhee_recsys.training.fit import fit, make_trainer, rating_map_of
from towhee_recsys.training.folders import work_dir
from towhee_recsys.training.save import save
from towhee_recsys.training.training_split import split_by
from towhee_recsys.training.validated import settings

CUSTOMERS, PRODUCTS = [f"c-{number:03}" for number in range(80)], [f"P{number}" for number in range(40)]
SHOP = {
    "name": "shop",
    "users": {"path": "customers.csv", "id": "customer_id"},
    "items": {"path": "products.csv", "id": "sku", "title": "name"},
    "interactions": {
        "path": "orders.csv",
        "user": "customer_id",
        "item": "sku",
        "event": "action",
        "weights": {"view": 0.1, "purchase": 1},
        "liked": 0.5,
    },
}
FEATURES = {
    "ids": [{"kind": "id", "column": "customer_id"}],
    "history": [{"kind": "history", "column": "liked"}],
}


def kinds(ids: list[str]) -> np.ndarray:
    """The kind of each customer or product: whether its number is odd. No other column shows it."""
    return np.array([int(key.strip("c-P")) % 2 for key in ids])


def shop(config: Config, factor: float = 1) -> Dataset:
    """Customers buy eight products of their kind and view eight of the other; all weights are `factor` times theirs."""
    random, rows = np.random.default_rng(5), []
    for customer, kind in zip(CUSTOMERS, kinds(CUSTOMERS), strict=True):
        for wanted, weight in ((kind, 1.0), (1 - kind, 0.1)):
            products = np.flatnonzero(kinds(PRODUCTS) == wanted)
            rows += [(customer, PRODUCTS[row], factor * weight, 0) for row in random.choice(products, 8, replace=False)]
    interactions = pd.DataFrame(rows, columns=["user", "item", "value", "time"]).astype({"value": "float32"})
    return Dataset(
        users=pd.DataFrame({"customer_id": CUSTOMERS}),
        items=pd.DataFrame({"sku": PRODUCTS, "name": "A product"}),
        interactions=interactions.sample(frac=1, random_state=1, ignore_index=True),
        schema=config.dataset,
        fingerprint="f" * 64,
        item_types={"name": "text"},
    )


@pytest.fixture(scope="module")
def config_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Config]:
    """Makes configs of the shop; takes overrides."""

    def config_of(*overrides: str, features: str = "ids") -> Config:
        return load_config(
            dataset=SHOP,
            features={"user": FEATURES[features]},
            model={"dir": str(tmp_path_factory.mktemp("shop") / "model"), "embedding_size": 16},
            training={"epochs": 30, "batch_size": 16, "learning_rate": 0.03, "temperature": 0.2, "validation": 0.1}
            | {"warmup_steps": 5, "ranking_decay": 0.01, "item_decay": 0.01, "device": "cpu"},
            overrides=overrides,
        )

    return config_of


def trained(config: Config, factor: float = 1) -> Bundle:
    """The steps of `train`, after the data are read."""
    dataset = shop(config, factor)
    use_device("cpu")
    split = split_by(config.protocol, dataset, seed=config.seed, validation=config.training.validation)
    examples, feedback = encode(dataset, split, config.features), dataset.schema.feedback
    rating_map = rating_map_of(examples, feedback, config.model)
    trainer = make_trainer(
        examples,
        feedback,
        rating_map,
        objective=config.objective,
        model=config.model,
        training=config.training,
        seed=config.seed,
    )
    fit(trainer, Checkpoint(work_dir(config.model.dir), split.record, settings(config), config.seed))
    return save(config, dataset, split.record, trainer, rating_map, calibrate(trainer, rating_map))


@pytest.fixture(scope="module", params=["ids", "history"])
def bundle(request: pytest.FixtureRequest, config_of: Callable[..., Config]) -> Bundle:
    return trained(config_of(features=request.param))


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
    bundle = trained(config_of("training.patience=2", "training.epochs=12"))
    history = json.loads((bundle.directory / "history.json").read_text(encoding="utf-8"))
    figures = [line["validation_ndcg@10"] for line in history]
    assert bundle.quality["kept_epoch"] == 1 + int(np.argmax(figures))
    assert bundle.quality["validation_ndcg@10"] == max(figures)


def test_the_same_seed_gives_the_same_model(config_of: Callable[..., Config]):
    one, other = (trained(config_of("training.epochs=2")) for _ in range(2))
    assert one.model_id == other.model_id


def test_weights_count_relative_to_each_other(config_of: Callable[..., Config]):
    """Views at 0.1 and purchases at 1 are the same as 0.4 and 4."""
    one, other = (trained(config_of("training.epochs=2"), factor) for factor in (1, 4))
    assert one.quality["validation_ndcg@10"] == pytest.approx(other.quality["validation_ndcg@10"], rel=1e-3)


@pytest.mark.parametrize("objective", ["rating", "both"])
def test_an_objective_that_predicts_ratings_is_refused(objective: str, config_of: Callable[..., Config]):
    with pytest.raises(ConfigError, match=rf"objective: given '{objective}'.*accepted: ranking"):
        config_of(f"objective={objective}")


def test_each_epoch_is_resumed(config_of: Callable[..., Config], tmp_path: Path):
    """A checkpoint of implicit feedback is read back."""
    config = config_of("training.epochs=3")
    straight = trained(config).model_id
    shorter = config_of("training.epochs=3", f"model.dir={tmp_path / 'model'}")
    assert trained(shorter).model_id == straight
    assert trained(shorter).model_id == straight, "from the checkpoint that was left, with no epoch to train"
