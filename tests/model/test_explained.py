from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from towhee_recsys.config.features import CategoriesFeature, CategoryFeature, IdFeature, NumberFeature, TextFeature
from towhee_recsys.features import Side
from towhee_recsys.model import explained
from towhee_recsys.model.quiet_paddle import paddle
from towhee_recsys.model.towers import SumTower

MOVIES, SIZE = 60, 12
GENRES = ["Drama", "Comedy", "War"]


@pytest.fixture
def table() -> pd.DataFrame:
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "movie_id": range(MOVIES),
            "genres": [list(random.choice(GENRES, random.integers(1, 3), replace=False)) for _ in range(MOVIES)],
            "year": random.integers(1950, 2000, MOVIES),
            "colour": random.choice(["black", "green"], MOVIES),
            "title": [f"Film {number}" for number in range(MOVIES)],
        }
    )


@pytest.fixture
def side(table) -> Side:
    features = [
        IdFeature(column="movie_id"),
        CategoriesFeature(column="genres"),
        NumberFeature(column="year", knots=4),
        CategoryFeature(column="colour"),
        TextFeature(column="title"),
    ]
    return Side.fit(features, table, set(range(MOVIES - 10)))  # ten are new


@pytest.fixture
def arrays(side, table) -> list[np.ndarray]:
    return side.encode(table.to_dict("records"))


@pytest.fixture
def tower(side) -> SumTower:
    """Weights of which nothing is 0 but what an unknown id says."""
    paddle.seed(1)
    tower = SumTower(side, SIZE, "movie")
    for weight in tower.parameters():
        weight.set_value(paddle.normal(0, 0.5, weight.shape))
    tower.eval()
    return tower


def vectors(tower: SumTower, arrays) -> np.ndarray:
    with paddle.no_grad():
        return tower([paddle.to_tensor(array) for array in arrays]).numpy()


def rated_of(random: np.random.Generator) -> np.ndarray:
    """Of the known movies all but the last five are rated, one more often than another."""
    return np.repeat(np.arange(MOVIES - 15), random.integers(1, 40, MOVIES - 15))


def test_the_vectors_of_known_movies_stay_as_they_are(arrays, tower):
    rated = rated_of(np.random.default_rng(1))
    before = vectors(tower, arrays)
    tower.expect_of_unrated(arrays, rated)
    after, known = vectors(tower, arrays), np.unique(rated)
    assert after[known] == pytest.approx(before[known], abs=1e-4)
    assert np.abs(after[-10:] - before[-10:]).max() > 0.1, "of new ones something else is expected"


def test_what_depends_on_features_is_known_of_new_movies(arrays, tower, monkeypatch):
    """What ids say is planted: it is a sum of what the genres, the year and the colour say."""
    monkeypatch.setattr(explained, "RIDGE", 1e-6)
    rated = rated_of(np.random.default_rng(2))
    random = np.random.default_rng(3)
    columns = np.hstack([arrays[1], arrays[2], np.eye(3, dtype=np.float32)[arrays[3]]])
    planted = [(columns @ random.normal(size=(columns.shape[1], width))).astype(np.float32) for width in (SIZE - 2, 2)]
    rows = arrays[0][: MOVIES - 10]
    for weight, values in zip((tower.inputs[0].embedding.weight, tower.biases[0].amounts.weight), planted, strict=True):
        array = np.zeros(weight.shape, dtype=np.float32)
        array[rows] = values[: MOVIES - 10] - np.average(values[rated], axis=0)
        weight.set_value(array)
    whole = vectors(tower, arrays)
    said = planted[0] + planted[1] @ tower.biases[0].directions.numpy()
    whole[-10:, : SIZE - 2] += said[-10:] - said[rated].mean(axis=0)
    tower.expect_of_unrated(arrays, rated)
    assert vectors(tower, arrays)[-10:] == pytest.approx(whole[-10:], abs=1e-2)
    assert np.abs(tower.inputs[0].embedding.weight.numpy()[rows[: MOVIES - 15]]).max() < 1e-2, "nothing is left to say"


def test_nothing_is_explained_where_nothing_is_rated_or_there_are_only_ids(arrays, tower):
    before = vectors(tower, arrays)
    explained.explain(tower, arrays, np.arange(0))
    assert (vectors(tower, arrays) == before).all()


def test_a_feature_of_very_many_values_is_left_alone(arrays, tower, monkeypatch):
    monkeypatch.setattr(explained, "MOST_COLUMNS", 2)
    before = vectors(tower, arrays)
    explained.explain(tower, arrays, rated_of(np.random.default_rng(1)))
    assert (vectors(tower, arrays) == before).all()
