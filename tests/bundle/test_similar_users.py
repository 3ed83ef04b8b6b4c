"""What a bundle keeps of the users that new ones are compared with."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys import train
from towhee_recsys.bundle import UserEncoder, item_vectors
from towhee_recsys.bundle.counts import interaction_counts
from towhee_recsys.bundle.similar_users import trained_users
from towhee_recsys.training import compared_users


def test_the_compared_users_are_those_that_training_has_read(small_bundle):
    stored = small_bundle.arrays("known.npz", "user.")
    assert stored["user.compared"].tolist() == np.flatnonzero(interaction_counts(small_bundle)).tolist()
    trained = trained_users(small_bundle)
    ids = [{"user_id": int(key)} for key in stored["user.ids"][stored["user.compared"]]]
    raw = np.asarray(UserEncoder(small_bundle)(ids))
    assert trained.units == pytest.approx(raw / np.linalg.norm(raw, axis=1, keepdims=True), abs=1e-6)
    assert trained.attributes[0].tolist() == stored["user.1"][stored["user.compared"]].tolist()


def test_the_sums_are_those_of_the_softmax_over_rated_items(small_bundle):
    trained, items = trained_users(small_bundle), item_vectors(small_bundle)[1]
    every = np.exp(trained.units @ items.T / small_bundle.config.training.temperature)
    assert (trained.log_sums <= np.log(every.sum(axis=1)) + 1e-4).all()
    assert trained.log_sums == pytest.approx(np.log(every.sum(axis=1)), abs=0.5)  # few items have no rating


def test_of_many_users_and_items_a_sample_that_the_seed_fixes_is_compared(small_config, tmp_path, monkeypatch):
    monkeypatch.setattr(compared_users, "MOST", 20)
    settings = ("training.epochs=1", "training.sampled_items=150")
    one, other = (train(small_config(*settings, f"model.dir={tmp_path / name}")) for name in ("one", "other"))
    stored, again = (each.arrays("known.npz", "user.") for each in (one, other))
    rows = stored["user.compared"]
    assert (len(rows), len(set(rows.tolist())), np.array_equal(rows, again["user.compared"])) == (20, 20, True)
    assert rows.tolist() == sorted(rows.tolist())
    assert np.array_equal(stored["user.log_sums"], again["user.log_sums"])
    trained, items = trained_users(one), item_vectors(one)[1]
    every = np.log(np.exp(trained.units @ items.T / one.config.training.temperature).sum(axis=1))
    assert trained.log_sums == pytest.approx(every, abs=0.7)  # an estimate by half of the items
    assert np.isfinite(UserEncoder(one)({"liked": [5001]}).search).all()


@pytest.mark.parametrize(
    "settings",
    ["objective=rating", "features.user=[{kind: category, column: gender}, {kind: history}]"],
    ids=["no softmax", "no folding in"],
)
def test_models_without_a_softmax_to_fold_in_by_compare_nobody(settings, small_config):
    bundle = train(small_config("training.epochs=1", settings))
    assert trained_users(bundle) is None
    assert np.isfinite(UserEncoder(bundle)({"liked": [5001]}).search).all()


def test_a_model_without_ids_of_users_compares_them_by_their_columns(small_config):
    bundle = train(small_config("training.epochs=1", "features.user=[{kind: category, column: gender}]"))
    trained = trained_users(bundle)
    assert len(np.unique(trained.attributes[0])) == 2
    assert np.isfinite(UserEncoder(bundle)([{"liked": [5001]}, {"gender": "F", "liked": [5002]}]).search).all()


def test_users_encoded_together_are_those_encoded_alone(small_bundle):
    users = [
        {"liked": [5001, 5002]},
        {"gender": "F"},
        {"user_id": 10002, "feedback": [(5003, 5)]},
        {"gender": "M", "age": 25, "feedback": [(5003, 4), (5004, 1)], "disliked": [5005]},
    ]
    encode = UserEncoder(small_bundle)
    together, alone = encode(users).search, [encode(each).search for each in users]
    assert [each.tobytes() for each in together] == [each.tobytes() for each in alone]
