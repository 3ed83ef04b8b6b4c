"""The towers in NumPy give what PaddlePaddle's give, from the same weights."""

from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from towhee_recsys.config import load_config
from towhee_recsys.features import (
    CategoriesFeature,
    CategoryFeature,
    Feature,
    FeatureEncoder,
    HistoryFeature,
    IdFeature,
    NumberFeature,
    TextFeature,
)
from towhee_recsys.model.objectives import unit
from towhee_recsys.model.paddle.fusion import build_model
from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.model.towers import CHUNK, NUMPY_TOWERS, NumpyTower, roles

SIZE = 16
TABLE = pd.DataFrame(
    {
        "user_id": [1, 2, 3, 4],
        "gender": ["F", "M", "F", "M"],
        "tastes": [["Crime", "Drama"], ["Drama"], [], ["Musical", "Drama", "War"]],
        "liked": [[6, 10, 20], [10], [], [20, 6]],
        "motto": ["One for all and all for one", "Heat", "", "to be or not"],
        "visits": [1.0, 5.0, 9.5, 2.0],
    }
)
KINDS: dict[str, Feature] = {
    "id": IdFeature(column="user_id", size=9),
    "category": CategoryFeature(column="gender", size=3),
    "categories, a connected layer": CategoriesFeature(column="tastes", size=5),
    "categories, summed": CategoriesFeature(column="tastes", size=5, pooling="sum"),
    "text": TextFeature(column="motto", size=4, filters=7, length=6),
    "text, long windows": TextFeature(column="motto", size=4, filters=7, length=6, window=5),
    "text, even windows": TextFeature(column="motto", size=4, filters=7, length=6, window=2),
    "text, word by word": TextFeature(column="motto", size=4, filters=7, length=6, window=1),
    "history": HistoryFeature(size=6, length=2),
    "number": NumberFeature(column="visits", size=4),
    "number between knots": NumberFeature(column="visits", size=4, knots=3),
}
SIDES: dict[str, list[Feature]] = {name: [feature] for name, feature in KINDS.items()} | {
    "all": list({feature.column: feature for feature in KINDS.values()}.values()),
    "two ids": [IdFeature(column="motto"), CategoryFeature(column="gender"), IdFeature(column="user_id")],
}


def fitted(features: list[Feature]) -> FeatureEncoder:
    return FeatureEncoder.fit(features, TABLE, {1, 2, 3, "Heat"})


def in_paddle(users: FeatureEncoder, items: FeatureEncoder, tower: str, objective: str):
    """A model in whose weights, those of padding included, there is nothing left of how they are first drawn."""
    config = load_config(model={"tower": tower, "embedding_size": SIZE}).model
    model = build_model(users, items, config, objective, seed=1)
    draw = np.random.default_rng(1)
    for weight in model.parameters():
        weight.set_value(draw.normal(0, 0.5, weight.shape).astype(np.float32))
    model.eval()
    return model


def in_numpy(layer, side: FeatureEncoder, tower: str, role: str) -> NumpyTower:
    weights = {name: weight.numpy() for name, weight in layer.state_dict().items()}

    def weight(name: str, *shape: int) -> np.ndarray:
        assert weights[name].shape == shape, name
        return weights.pop(name)

    made = NUMPY_TOWERS[tower](side, SIZE, role, weight)
    assert not weights, "every weight is used, and once"
    return made


def arrays_of(side: FeatureEncoder, count: int) -> list[np.ndarray]:
    """Of `count` records, each of fields of random lines of the table or left out."""
    draw = np.random.default_rng(count)
    lines = TABLE.to_dict("records")
    return side.encode(
        [{field: lines[draw.integers(4)][field] for field in TABLE if draw.random() < 0.8} for _ in range(count)]
    )


def by_paddle(layer, arrays: list[np.ndarray]) -> np.ndarray:
    with paddle.no_grad():
        return layer([paddle.to_tensor(array) for array in arrays]).numpy()


@pytest.mark.parametrize("objective", ["both", "rating", "ranking"])
@pytest.mark.parametrize("tower", ["sum", "joined"])
@pytest.mark.parametrize("name", SIDES)
def test_the_same_vectors_at_any_batch_size(name, tower, objective):
    users = fitted(SIDES[name])
    items = fitted([each for each in SIDES[name] if each.kind != "history"] or SIDES["id"])
    model = in_paddle(users, items, tower, objective)
    for place, role in roles(objective).items():
        layer, side = getattr(model, place), items if role == "item" else users
        made = in_numpy(layer, side, tower, role)
        for count in (1, 2, 7, 1000):
            arrays = arrays_of(side, count)
            found, expected = made(arrays), by_paddle(layer, arrays)
            assert (found.shape, found.dtype) == ((count, SIZE), np.float32)
            (directions, lengths), (others, theirs) = unit(found), unit(expected)
            assert np.abs(directions - others).max() < 1e-6
            assert np.abs(lengths / theirs - 1).max() < 1e-6


@pytest.mark.parametrize("tower", ["sum", "joined"])
def test_a_batch_is_its_lines_and_none_is_none(tower):
    side = fitted(SIDES["all"])
    made = in_numpy(in_paddle(side, fitted(SIDES["id"]), tower, "ranking").user_tower, side, tower, "ranking")
    arrays = arrays_of(side, 2 * CHUNK + 1)
    together = made(arrays)
    for line in (0, CHUNK - 1, CHUNK, 2 * CHUNK):
        assert made([array[[line]] for array in arrays])[0] == pytest.approx(together[line], abs=1e-5)
    assert made([array[:0] for array in arrays]).shape == (0, SIZE)


def test_threads_share_a_tower():
    side = fitted(SIDES["all"])
    made = in_numpy(in_paddle(side, fitted(SIDES["id"]), "sum", "ranking").user_tower, side, "sum", "ranking")
    queries = [arrays_of(side, count) for count in range(1, 200, 7)]
    expected = [made(each) for each in queries]
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: [made(each) for each in queries], range(8)):
            assert all((one == other).all() for one, other in zip(found, expected, strict=True))


def test_memory_beside_the_vectors_does_not_grow_with_the_batch():
    side = fitted([*SIDES["text"], *SIDES["history"]])
    made = in_numpy(in_paddle(side, fitted(SIDES["id"]), "sum", "ranking").user_tower, side, "sum", "ranking")
    arrays = [np.tile(array, (1000, 1)) for array in arrays_of(side, 100)]
    made([array[:CHUNK] for array in arrays])
    tracemalloc.start()
    vectors = made(arrays)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < vectors.nbytes + 1_000_000
