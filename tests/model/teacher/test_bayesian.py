"""The teacher recovers what was planted, knows how sure it is, and depends on nothing but its data."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.teacher import Teacher, fit_teacher

NOISE = 0.5
"""The standard deviation of planted ratings around what the planted vectors give."""


class Planted:
    """Ratings of planted vectors of rank 3, a part of which features predict; a quarter of them is held out."""

    def __init__(self, users: int = 400, items: int = 300, share: float = 0.2, seed: int = 0):
        rng = np.random.default_rng(seed)
        self.user_features = rng.standard_normal((users, 2)).astype(np.float32)
        self.item_features = rng.standard_normal((items, 2)).astype(np.float32)
        x = rng.standard_normal((users, 3)) + self.user_features @ rng.standard_normal((2, 3)) / 2
        y = rng.standard_normal((items, 3)) / 2 + self.item_features @ rng.standard_normal((2, 3)) / 4
        self.ratings = 3 + x @ y.T
        cells = np.flatnonzero(rng.random(users * items) < share)
        rows, columns = np.divmod(cells, items)
        noise = rng.normal(0, NOISE, len(cells))
        held_out = rng.random(len(cells)) < 0.25
        self.noisy = self.ratings[rows, columns] + noise
        self.training = Interactions.of(rows[~held_out], columns[~held_out], self.noisy[~held_out])
        self.test = Interactions.of(rows[held_out], columns[held_out], self.noisy[held_out])

    def fit(self, **settings: int) -> Teacher:
        chosen = {"rank": 5, "iterations": 30, "svd_rank": 4} | settings
        return fit_teacher(self.training, self.user_features, self.item_features, **chosen)


@pytest.fixture(scope="module")
def planted() -> Planted:
    return Planted()


@pytest.fixture(scope="module")
def teacher(planted: Planted) -> Teacher:
    return planted.fit()


def test_the_planted_ratings_are_recovered(planted, teacher):
    error = teacher.predicted(planted.test.users, planted.test.items) - planted.test.values
    assert np.sqrt(np.mean(error**2)) < 1.1 * NOISE


def test_the_noise_is_the_planted_one(planted, teacher):
    assert teacher.noise == pytest.approx(NOISE**2, rel=0.1)


def test_the_standard_deviation_of_a_prediction_is_that_of_its_error(planted, teacher):
    users, items = planted.test.users, planted.test.items
    error = np.abs(teacher.predicted(users, items) - planted.test.values)
    deviation = np.sqrt(teacher.noise + teacher.user_variances[users] + teacher.item_variances[items])
    for share, width in ((0.5, 0.674), (0.8, 1.282), (0.95, 1.96)):
        assert np.mean(error < width * deviation) == pytest.approx(share, abs=0.03)
