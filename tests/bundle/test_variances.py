"""How sure predicted ratings are, as a bundle has it: for known users and items, for new ones, and when damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.variances import PLANTED, plant_variances
from towhee_recsys import load_bundle
from towhee_recsys.bundle import Bundle, ItemEncoder, UserEncoder, item_variances
from towhee_recsys.errors import BundleError
from towhee_recsys.model.embeddings import normalize


@pytest.fixture
def planted(copy: Path) -> tuple[Bundle, np.ndarray, np.ndarray]:
    users, items = plant_variances(copy)
    return load_bundle(copy), users, items


def test_known_users_have_their_own_variance(planted):
    bundle, users, _ = planted
    ids = bundle.known_ids("user")
    found = normalize(UserEncoder(bundle)([{"user_id": ids[3]}, {"user_id": ids[5], "liked": [5001]}])).variances
    assert found == pytest.approx(0.7 * users[[3, 5]] ** 0.9)


def test_other_users_have_that_of_a_user_without_interactions(planted):
    bundle, _, _ = planted
    found = UserEncoder(bundle, "general")([{}, {"gender": "F"}, {"user_id": "nobody"}]).variances
    assert found == pytest.approx([0.7 * 1.2**0.9] * 3)
    assert UserEncoder(bundle)({"gender": "F"}).variances == pytest.approx(0.7 * 1.2**0.9)


def test_likes_make_a_new_user_surer_only_where_they_move_the_predicted_ratings(planted):
    """With the objective `both` a vector of its own predicts ratings, which likes do not move."""
    bundle, _, _ = planted
    encoder = UserEncoder(bundle)
    liked = [{"liked": [5001, 5002]}, {"liked": [5001], "disliked": [5003, 5004]}]
    assert encoder.variances(liked) == pytest.approx([0.7 * 1.2**0.9] * 2)
    encoder._rating_tower = None  # as with the objective `rating`
    assert encoder.variances(liked) == pytest.approx(PLANTED.of_new_users([2, 3]))


def test_items_have_their_own_factor_and_new_ones_that_of_an_item_without_interactions(planted):
    bundle, _, items = planted
    variances = item_variances(bundle)
    ids = [int(key) for key in bundle.known_ids("item")]
    assert [variances.of(key) for key in ids] == pytest.approx(items**0.8)
    assert variances.of(-5) == pytest.approx(1.5**0.8)
    model = ItemEncoder(bundle)({"movie_id": ids[0]}).model
    assert model.item_variances is variances
    assert "@variance" in model.index_fields


def test_a_model_without_a_teacher_knows_nothing(unsure_config):
    bundle = load_bundle(unsure_config.model.dir)
    assert bundle.prediction_variance is None
    assert item_variances(bundle) is None
    assert UserEncoder(bundle)({}).variances is None
    assert "@variance" not in ItemEncoder(bundle)({}).model.index_fields


@pytest.mark.parametrize("name", ["user.variances", "item.variances"])
@pytest.mark.parametrize(
    ("damage", "fact"),
    [
        (lambda array: None, "missing"),
        (lambda array: array[:-1], "is float32"),
        (lambda array: array.astype(np.float64), "is float64"),
        (lambda array: np.where(np.arange(len(array)) == 2, np.nan, array).astype(np.float32), "not finite"),
        (lambda array: array * -1, "not above 0"),
        (lambda array: array * 0, "not above 0"),
    ],
)
def test_damaged_variances_are_refused(copy, seal, name, damage, fact):
    plant_variances(copy)
    with np.load(copy / "known.npz") as stored:
        arrays = dict(stored)
    arrays[name] = damage(arrays[name])
    np.savez(copy / "known.npz", **{key: array for key, array in arrays.items() if array is not None})
    seal()
    with pytest.raises(BundleError) as raised:
        UserEncoder(load_bundle(copy))({})
    assert all(each in str(raised.value) for each in (str(copy / "known.npz"), name, fact, "Train again"))


@pytest.mark.parametrize(
    "changes", [{"scale": 0}, {"user_power": -1}, {"user_power": 1e9}, {"new_item": 0.5}, {"scale": "x"}, {"more": 1}]
)
def test_a_forged_manifest_is_refused(copy, edit_manifest, changes):
    plant_variances(copy)
    edit_manifest(prediction_variance={"scale": 0.7} | changes)
    with pytest.raises(BundleError, match=r"manifest\.json is damaged"):
        load_bundle(copy)


def test_other_numbers_are_another_model(copy, edit_manifest):
    plant_variances(copy)
    edit_manifest(prediction_variance={"scale": 0.9})
    with pytest.raises(BundleError, match="damaged"):
        load_bundle(copy)
