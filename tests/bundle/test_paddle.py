"""The trained model of a bundle in PaddlePaddle: the same vectors as the encoders, and further training."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys import load_bundle, paddle_model, read_dataset, train
from towhee_recsys.bundle import ItemEncoder, UserEncoder
from towhee_recsys.data import records
from towhee_recsys.errors import BundleError
from towhee_recsys.model.objectives import unit
from towhee_recsys.model.paddle.quiet import paddle


def by_paddle(layer, arrays) -> np.ndarray:
    with paddle.no_grad():
        return layer([paddle.to_tensor(array) for array in arrays]).numpy()


@pytest.mark.parametrize("objective", ["both", "rating", "ranking"])
@pytest.mark.parametrize("tower", ["sum", "joined"])
def test_encoders_answer_what_the_trained_model_does(objective, tower, small_config):
    config = small_config("training.epochs=1", f"objective={objective}", f"model.tower={tower}")
    bundle = train(config)
    model, dataset = paddle_model(bundle), read_dataset(config.dataset)
    rated = dataset.items[bundle.arrays("known.npz")["item.counts"] > 0]  # others' vectors are not the tower's alone
    users, items = records(dataset.users), records(rated)
    answered = UserEncoder(bundle)(users)
    found = {
        "user_tower": (answered, bundle.users.encode(users)),
        "rating_tower": (answered if answered.rating is None else answered.rating, bundle.users.encode(users)),
        "item_tower": (ItemEncoder(bundle)(items), bundle.items.encode(items)),
    }
    for name, (vectors, arrays) in found.items():
        assert np.abs(unit(np.asarray(vectors))[0] - unit(by_paddle(getattr(model, name), arrays))[0]).max() < 1e-6


def test_training_can_continue_with_it(small_bundle):
    model, again = paddle_model(small_bundle), paddle_model(small_bundle)
    arrays = [paddle.to_tensor(array) for array in small_bundle.users.encode([{"age": 25}])]
    assert not model.training
    (model.user_tower(arrays) ** 2).sum().backward()
    paddle.optimizer.Adam(0.01, parameters=model.parameters()).step()
    moved = [name for name, weight in model.state_dict().items() if (weight != again.state_dict()[name]).any().item()]
    assert moved
    assert all(name.startswith("user_tower.") for name in moved)


def test_a_model_that_is_no_longer_there_is_reported(copy):
    old = load_bundle(copy)
    (copy / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BundleError, match=r"manifest\.json is damaged"):
        paddle_model(old)
