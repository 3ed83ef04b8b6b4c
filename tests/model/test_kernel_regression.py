"""Vectors of items without interactions: what a kernel regression on their features makes of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from towhee_recsys.features import (
    CategoriesFeature,
    CategoryFeature,
    FeatureEncoder,
    IdFeature,
    NumberFeature,
    TextFeature,
)
from towhee_recsys.model import kernel_regression
from towhee_recsys.model.kernel_regression import UnratedItems, fit_kernel_regression

FEATURES = [
    IdFeature(column="key"),
    CategoryFeature(column="brand"),
    CategoriesFeature(column="tags"),
    NumberFeature(column="price", knots=4),
    TextFeature(column="name", length=3),
]
DIM = 6


def items(count: int = 60) -> pd.DataFrame:
    """Two clusters of items, which differ in every feature; every tenth item has no interactions."""
    kinds = np.arange(count) % 2
    return pd.DataFrame(
        {
            "key": np.arange(count),
            "brand": np.where(kinds, "north", "south"),
            "tags": [["warm", "wool"] if kind else ["cool"] for kind in kinds],
            "price": np.where(kinds, 100.0, 10.0) + np.arange(count) % 3,
            "name": np.where(kinds, "thick coat", "thin shirt"),
        }
    )


def directions(table: pd.DataFrame) -> np.ndarray:
    """Each cluster's direction, lifted: float32[n, DIM], the last two numbers preserve the norm."""
    vectors = np.zeros((len(table), DIM), dtype=np.float32)
    vectors[np.arange(len(table)), np.arange(len(table)) % 2] = 0.8
    vectors[:, -2] = 0.6
    return vectors


@pytest.fixture
def table() -> pd.DataFrame:
    return items()


@pytest.fixture
def counts(table) -> np.ndarray:
    return np.where(np.arange(len(table)) % 10 < 2, 0, 500).astype(np.int32)


def encoder_of(table: pd.DataFrame, features=FEATURES) -> FeatureEncoder:
    return FeatureEncoder.fit(features, table, set(table["key"]))


def completed(table, counts, records, features=FEATURES, own=None, free=DIM - 2) -> np.ndarray:
    """What becomes of `own` vectors, which by default know nothing, of `records`."""
    encoder = encoder_of(table, features)
    arrays = encoder.encode_table(table)
    fitted = fit_kernel_regression(encoder, arrays, directions(table), counts)
    assert fitted is not None
    if own is None:
        own = np.tile(np.eye(DIM, dtype=np.float32)[-2], (len(records), 1))
    return UnratedItems(fitted, encoder, arrays, counts, free).complete(own, encoder.encode(records))


def new(table: pd.DataFrame, row: int) -> dict:
    """The record of an item that no model knows, with the features of one that it knows."""
    return {**table.iloc[row].to_dict(), "key": -1}


def test_an_item_gets_the_direction_of_those_with_its_features(table, counts):
    found = completed(table, counts, [new(table, 2), new(table, 3)])
    assert found[0, 0] > 0.3 > 0.15 > found[0, 1]
    assert found[1, 1] > 0.3 > 0.15 > found[1, 0]


def test_all_vectors_are_of_length_one(table, counts):
    records = [new(table, 2), {"brand": "north"}, {}, {"price": 1e9, "name": "word of no other"}]
    for free in (DIM - 2, DIM):
        found = completed(table, counts, records, free=free)
        assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-6)
        assert found.dtype == np.float32


def test_a_vector_too_long_for_its_free_numbers_is_shortened(table, counts):
    own = np.zeros((1, DIM), dtype=np.float32)
    own[0, 0] = 1
    (found,) = completed(table, counts, [new(table, 2)], own=own * 1000)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-6)
    assert found[-1] == 0


def test_items_with_interactions_keep_the_vector_of_the_tower(table, counts):
    own = np.arange(DIM * 3, dtype=np.float32).reshape(3, DIM) + 1
    rated, unrated = table.iloc[2].to_dict(), table.iloc[0].to_dict()
    found = completed(table, counts, [rated, unrated, new(table, 2)], own=own)
    assert (found[0] == own[0]).all()
    assert (found[1:] != own[1:]).any(axis=1).all()


def test_one_at_a_time_is_the_same_as_together(table, counts, monkeypatch):
    monkeypatch.setattr(kernel_regression, "CHUNK", 4)
    records = [new(table, row) for row in range(11)]
    together = completed(table, counts, records)
    assert together == pytest.approx(np.concatenate([completed(table, counts, [each]) for each in records]), abs=1e-5)


def test_an_unknown_item_is_expected_to_be_as_popular_as_the_item_of_any_interaction(table, counts):
    counts[2::4], vectors = 5000, directions(table)
    encoder, features = encoder_of(table), [FEATURES[0], FEATURES[1]]
    encoder = encoder_of(table.assign(brand="same"), features)
    arrays = encoder.encode_table(table.assign(brand="same"))
    vectors[:, 2] = np.where(counts == 5000, 0.5, 0.0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    fitted = fit_kernel_regression(encoder, arrays, vectors, counts)
    unknown, known = fitted.means[:, 2]
    assert unknown > np.average(vectors[counts > 0, 2]) > known  # a known one is like those with the fewest


def test_one_item_with_interactions_is_enough(table):
    counts = np.zeros(len(table), dtype=np.int32)
    counts[2] = 1
    found = completed(table, counts, [new(table, 2), new(table, 3)])
    assert np.isfinite(found).all()
    assert found[0, 0] > 0.3


def test_of_many_items_those_with_the_most_interactions_count(table, counts, monkeypatch):
    monkeypatch.setattr(kernel_regression, "MOST_ANCHORS", 7)
    counts[[3, 5, 12, 13, 14, 15, 17]] = 900
    encoder = encoder_of(table)
    fitted = fit_kernel_regression(encoder, encoder.encode_table(table), directions(table), counts)
    assert fitted.anchors.tolist() == [3, 5, 12, 13, 14, 15, 17]
    assert fitted.weights.shape == (7, DIM)
    assert np.isfinite(fitted.means).all()


@pytest.mark.parametrize(
    ("features", "interactions"),
    [(FEATURES[:1], 5), (FEATURES[1:], 5), (FEATURES, 0)],
    ids=["nothing but an id", "no id", "no interactions"],
)
def test_where_there_is_nothing_to_fit_the_tower_answers_alone(features, interactions, table, counts):
    encoder = encoder_of(table, features)
    counts = np.full_like(counts, interactions)
    assert fit_kernel_regression(encoder, encoder.encode_table(table), directions(table), counts) is None
