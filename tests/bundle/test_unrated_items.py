"""Items without interactions in a bundle: known ones, new ones, and arrays that do not fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from towhee_recsys import load_bundle, paddle_model, read_dataset, train
from towhee_recsys.bundle import Bundle, ItemEncoder, item_vectors
from towhee_recsys.data import records
from towhee_recsys.errors import BundleError
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.model.objectives import unit
from towhee_recsys.model.paddle.quiet import paddle


@pytest.fixture(scope="module")
def cold_bundle(small_config_in, tmp_path_factory) -> Bundle:
    """A model that does not know the ids of some items of its dataset."""
    return train(small_config_in(tmp_path_factory.mktemp("cold"), "protocol=cold-items"))


@pytest.fixture(scope="module")
def table(small_config_in, tmp_path_factory) -> pd.DataFrame:
    return read_dataset(small_config_in(tmp_path_factory.mktemp("unused")).dataset).items


@pytest.fixture(scope="module")
def rated(cold_bundle) -> np.ndarray:
    return cold_bundle.arrays("known.npz")["item.counts"] > 0


@pytest.fixture(scope="module")
def held_out(cold_bundle, table, rated) -> list[dict[str, Any]]:
    """The items whose ids the model does not know."""
    known = set(cold_bundle.items.columns[0].vocabulary.values)
    found = [item for item in records(table) if str(item["movie_id"]) not in known]
    assert found
    return found


def encoded(bundle: Bundle, items: list[dict[str, Any]]) -> np.ndarray:
    return np.asarray(normalize(ItemEncoder(bundle)(items)))


def by_tower(bundle: Bundle, items: list[dict[str, Any]]) -> np.ndarray:
    """The unit vectors of the tower alone."""
    with paddle.no_grad():
        arrays = [paddle.to_tensor(array) for array in bundle.items.encode(items)]
        return unit(paddle_model(bundle).item_tower(arrays).numpy())[0]


def test_only_items_without_interactions_have_other_vectors_than_the_tower_gives(cold_bundle, table, rated):
    items = records(table)
    apart = np.abs(encoded(cold_bundle, items) - by_tower(cold_bundle, items)).max(axis=1)
    assert (apart[rated] < 1e-6).all()
    assert (apart[~rated] > 1e-4).all()


def test_an_item_of_the_dataset_and_one_that_is_added_with_its_features_are_the_same(cold_bundle, held_out):
    indexed = encoded(cold_bundle, [{"movie_id": item["movie_id"]} for item in held_out])
    added = encoded(cold_bundle, [{**item, "movie_id": 900_000 + row} for row, item in enumerate(held_out)])
    without_id = encoded(cold_bundle, [{name: item[name] for name in ("title", "year", "genres")} for item in held_out])
    assert indexed == pytest.approx(added, abs=1e-5)
    assert indexed == pytest.approx(without_id, abs=1e-5)


def test_all_that_use_items_have_these_vectors(cold_bundle, table):
    rows, vectors = item_vectors(cold_bundle)
    assert list(rows) == table["movie_id"].astype(str).tolist()
    assert vectors == pytest.approx(encoded(cold_bundle, records(table)), abs=1e-5)


def test_one_is_the_same_as_many(cold_bundle, held_out):
    together = encoded(cold_bundle, held_out)
    assert together == pytest.approx(np.concatenate([encoded(cold_bundle, [item]) for item in held_out]), abs=1e-5)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-6)


def test_figures_of_validation_are_measured_with_them(small_config, monkeypatch):
    from towhee_recsys.training import calibrate, save

    measured = []
    monkeypatch.setattr(save, "quality", lambda *given: measured.append(given[0]) or calibrate.quality(*given))
    bundle = train(small_config("protocol=cold-items", "training.epochs=1"))
    (trainer,) = measured
    assert trainer.validation.item_vectors() == pytest.approx(item_vectors(bundle)[1], abs=1e-5)


@pytest.mark.parametrize("tower", ["sum", "joined"])
def test_a_model_without_other_features_than_an_id_has_no_regression(tower, small_config, rated):
    config = small_config("protocol=cold-items", "training.epochs=1", f"model.tower={tower}")
    only_id = config.features.model_copy(update={"item": config.features.item[:1]})
    bundle = train(config.model_copy(update={"features": only_id}))
    assert not {"item.anchors", "item.anchor_weights", "item.means"} & bundle.arrays("known.npz").keys()
    items = [{"movie_id": key} for key in bundle.items.columns[0].vocabulary.values[:20]]
    assert encoded(bundle, items) == pytest.approx(by_tower(bundle, items), abs=1e-6)


@pytest.mark.parametrize(
    ("changed", "fact"),
    [
        ({"item.anchors": None}, "item.anchors is missing"),
        ({"item.anchors": np.zeros(3, dtype=np.float32)}, "item.anchors is float32[3]; int64[3] is expected"),
        ({"item.anchors": np.array(3)}, "item.anchors is int64[]; int64[0] is expected"),
        ({"item.anchors": np.arange(2)}, "item.anchor_weights is float32["),
        ({"item.anchors": -1}, "item.anchors or item.counts do not fit the 326 items"),
        ({"item.anchors": 326}, "item.anchors or item.counts do not fit the 326 items"),
        ({"item.anchor_weights": None}, "item.anchor_weights is missing"),
        ({"item.anchor_weights": np.nan}, "not finite"),
        ({"item.means": np.inf}, "not finite"),
        ({"item.means": np.zeros(8, dtype=np.float32)}, "item.means is float32[8]; float32[2, 8] is expected"),
        ({"item.counts": None}, "item.counts is missing"),
        ({"item.counts": -1}, "item.anchors or item.counts do not fit the 326 items"),
        ({"item.counts": np.zeros(9, dtype=np.int32)}, "item.counts is int32[9]; int32[326] is expected"),
    ],
)
def test_a_regression_that_does_not_fit_the_items(changed, fact, copy, seal):
    with np.load(copy / "known.npz") as file:
        arrays = dict(file)
    for name, given in changed.items():
        if given is None:
            del arrays[name]
        elif isinstance(given, np.ndarray):
            arrays[name] = given
        else:
            arrays[name].reshape(-1)[0] = given
    np.savez(copy / "known.npz", **arrays)
    seal()
    with pytest.raises(BundleError) as raised:
        ItemEncoder(load_bundle(copy))
    message = str(raised.value)
    assert message.startswith(f"{copy / 'known.npz'}: ")
    assert fact in message
    assert message.endswith("Train again, or restore the folder.")
