"""The variance of predicted ratings: planted ones are found again, and rows without interactions are less sure."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.metrics import half_width
from towhee_recsys.model.prediction_variance import ItemVariances, PredictionVariance, of_few
from towhee_recsys.model.relative_variances import RelativeVariances, relative_variances

USERS, ITEMS = 200, 100


def planted(seed: int = 0) -> tuple[Interactions, np.ndarray, np.ndarray, np.ndarray]:
    """40,000 ratings of users and items, all but the last of each; their errors, and the relative variances."""
    rng = np.random.default_rng(seed)
    of_users, of_items = np.exp(rng.normal(0, 0.5, USERS)), np.exp(rng.normal(0, 0.4, ITEMS))
    users, items = rng.integers(USERS - 1, size=40_000), rng.integers(ITEMS - 1, size=40_000)
    errors = rng.normal(0, np.sqrt(0.6 * of_users[users] * of_items[items]))
    means = rng.normal(0, 0.5, USERS)[users] + rng.normal(0, 0.7, ITEMS)[items]
    return Interactions.of(users, items, (means + errors).astype(np.float32)), errors, of_users, of_items


def estimated(seed: int = 0) -> tuple[RelativeVariances, np.ndarray, np.ndarray]:
    interactions, errors, of_users, of_items = planted(seed)
    scale = float(np.mean(errors**2))
    return relative_variances(interactions, errors**2, scale, USERS, ITEMS), of_users, of_items


def test_planted_variances_are_found_again():
    found, of_users, of_items = estimated()
    assert (found.users.dtype, found.items.dtype) == (np.float32, np.float32)
    assert np.corrcoef(np.log(found.users[:-1]), np.log(of_users[:-1]))[0, 1] > 0.95
    assert np.corrcoef(np.log(found.items[:-1]), np.log(of_items[:-1]))[0, 1] > 0.95
    ratio = found.prediction.scale * found.users[:-1].mean() * found.items[:-1].mean()
    assert ratio == pytest.approx(0.6 * of_users[:-1].mean() * of_items[:-1].mean(), rel=0.05)


def test_rows_without_interactions_have_the_variance_around_the_others_means():
    """The true means vary by 0.25 between users and by 0.49 between items."""
    found, _, _ = estimated()
    prediction, scale = found.prediction, found.prediction.scale
    assert found.users[-1] == pytest.approx(prediction.new_user)
    assert found.items[-1] == pytest.approx(prediction.new_item)
    assert scale * (prediction.new_user - 1) == pytest.approx(0.25, rel=0.3)
    assert scale * (prediction.new_item - 1) == pytest.approx(0.49, rel=0.3)


def test_the_order_of_ratings_does_not_matter():
    interactions, errors, _, _ = planted()
    order = np.random.default_rng(1).permutation(len(interactions))
    one = relative_variances(interactions, errors**2, 1.0, USERS, ITEMS)
    other = relative_variances(interactions.at(order), errors[order] ** 2, 1.0, USERS, ITEMS)
    assert one.users == pytest.approx(other.users, rel=1e-5)
    assert one.prediction.new_item == pytest.approx(other.prediction.new_item)


def test_errors_of_0_and_a_single_rating_give_finite_variances():
    one = Interactions.of(np.array([0]), np.array([0]), np.array([4.0], dtype=np.float32))
    for square in (0.0, 2.0):
        found = relative_variances(one, np.array([square]), square, 2, 3)
        assert np.isfinite([*found.users, *found.items, found.prediction.scale]).all()
        assert (found.users > 0).all()


@pytest.mark.parametrize("powers", [(1.0, 1.0), (0.6, 0.9), (0.0, 1.0)])
def test_the_most_likely_scale_and_powers_are_fitted(powers):
    rng = np.random.default_rng(2)
    users, items = np.exp(rng.normal(0, 0.6, 50_000)), np.exp(rng.normal(0, 0.6, 50_000))
    wanted = PredictionVariance(0.5, *powers, new_user=1.5, new_item=2.0)
    variances = wanted.of_users(users) * wanted.of_items(items)
    errors = rng.normal(0, np.sqrt(variances))
    found = PredictionVariance(9.0, new_user=1.5, new_item=2.0).fitted(errors, users, items)
    assert found.scale == pytest.approx(0.5, rel=0.05)
    assert (found.user_power, found.item_power) == pytest.approx(powers, abs=0.03)
    assert (found.new_user, found.new_item) == (1.5, 2.0)
    stds = np.sqrt(found.of_users(users) * found.of_items(items))
    for share in (50, 80, 95):
        assert np.mean(np.abs(errors) <= half_width(share) * stds) == pytest.approx(share / 100, abs=0.01)


def test_too_few_held_out_ratings_change_nothing():
    given = PredictionVariance(0.5)
    assert given.fitted(np.ones(99), np.ones(99), np.ones(99)) is given


def test_interactions_make_a_new_user_surer():
    prediction = PredictionVariance(0.5, new_user=1.25)
    variances = prediction.of_new_users(range(30))
    assert variances[0] == pytest.approx(0.5 * 1.25)
    assert (np.diff(variances) < 0).all()
    assert variances[4] - 0.5 == pytest.approx((variances[0] - 0.5) / 2), "1 / (new_user - 1) interactions halve it"
    assert of_few(1.0, np.arange(3.0)).tolist() == [1, 1, 1]


def test_an_item_that_training_did_not_have_is_a_new_one():
    variances = ItemVariances({1: 0.5}, 2.0)
    assert (variances.of(1), variances.of(2)) == (0.5, 2.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"scale": 0.0},
        {"scale": -1.0},
        {"scale": float("nan")},
        {"scale": 1.0, "user_power": 1.1},
        {"scale": 1.0, "item_power": -0.1},
        {"scale": 1.0, "new_user": 0.9},
        {"scale": 1.0, "new_item": float("inf")},
    ],
    ids=str,
)
def test_numbers_that_no_variance_has_are_refused(wrong):
    with pytest.raises(ValueError, match=r"too low|below 1"):
        PredictionVariance(**wrong)
