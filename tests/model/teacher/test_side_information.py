"""Declared features as numbers, and the singular vectors of who has rated what."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from tests.model.conftest import MOVIES, USERS
from towhee_recsys.features import (
    CategoriesFeature,
    CategoryFeature,
    FeatureEncoder,
    IdFeature,
    NumberFeature,
    TextFeature,
)
from towhee_recsys.model.teacher import design, side_information
from towhee_recsys.model.teacher.side_information import prior_features
from towhee_recsys.model.teacher.truncated_svd import damped, truncated_svd


def encoded(features, table):
    encoder = FeatureEncoder.fit(features, table, set())
    return encoder, encoder.encode_table(table)


def test_categories_and_numbers_become_numbers():
    features = [IdFeature(column="user_id"), CategoryFeature(column="gender"), NumberFeature(column="visits")]
    found = design(*encoded(features, USERS))
    assert found.dtype == np.float32
    assert found == pytest.approx(np.array([[0, 1, 0, -1.2247], [0, 0, 1, 0], [0, 1, 0, 1.2247]]), abs=1e-3)


def test_sets_are_multi_hot_and_texts_are_left_out():
    features = [CategoriesFeature(column="genres"), TextFeature(column="title"), NumberFeature(column="year", knots=2)]
    found = design(*encoded(features, MOVIES))
    assert found[:, :4].tolist() == [[0, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 0]]
    assert found[:, 4:].sum(axis=1) == pytest.approx(1)
    assert found.shape == (3, 6)


def test_features_of_many_values_are_left_out(monkeypatch):
    monkeypatch.setattr(side_information, "LARGEST", 3)
    features = [CategoryFeature(column="gender"), CategoryFeature(column="occupation")]
    assert design(*encoded(features, USERS)).shape == (3, 3)


def test_without_features_there_are_no_numbers():
    assert design(*encoded([IdFeature(column="user_id")], USERS)).shape == (3, 0)


def test_all_that_predicts_vectors_is_joined():
    declared, singular = np.array([[3.0], [4], [5]], np.float32), np.full((3, 2), 0.5, np.float32)
    found = prior_features(declared, np.array([0, 1, 9]), singular)
    assert found[:, :2].tolist() == [[1, 3], [1, 4], [1, 5]]
    assert found[:, 2] == pytest.approx(np.log([1, 2, 10]) / 5)
    assert found[:, 3:] == pytest.approx(0.5 * 3**0.5 / 2)


@pytest.mark.parametrize("rank", [3, 40])
def test_the_singular_values_are_the_largest(rank):
    rng = np.random.default_rng(0)
    matrix = csr_matrix(np.where(rng.random((60, 40)) < 0.3, rng.random((60, 40)), 0).astype(np.float32))
    left, values, right = truncated_svd(matrix, rank)
    assert values == pytest.approx(np.linalg.svd(matrix.toarray(), compute_uv=False)[:rank], rel=1e-4)
    assert left.T @ left == pytest.approx(np.eye(rank), abs=1e-4)
    assert matrix @ right == pytest.approx(left * values, abs=1e-4)


@pytest.mark.parametrize("size", [(6, 5), (300, 200)])
def test_a_matrix_of_lower_rank_has_fewer_singular_values(size):
    ones = csr_matrix(np.ones(size, np.float32))
    left, values, right = truncated_svd(ones, 4)
    assert values == pytest.approx([np.sqrt(size[0] * size[1])], rel=1e-5)
    assert (left * values) @ right.T == pytest.approx(1, rel=1e-4)
    assert [len(part) for part in truncated_svd(ones * 0, 4)] == [size[0], 0, size[1]]
    assert truncated_svd(ones, 0)[0].shape == (size[0], 0)


def test_damping_divides_by_powers_of_counts():
    matrix = csr_matrix(np.array([[1, 1, 0], [0, 1, 0]], np.float32))
    assert damped(matrix, 0.5).toarray() == pytest.approx(np.array([[1 / 2**0.5, 0.5, 0], [0, 1 / 2**0.5, 0]]))
