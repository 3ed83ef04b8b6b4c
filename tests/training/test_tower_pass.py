from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.training.tower_pass import TowerPass


@pytest.mark.parametrize("tower", ["sum", "joined"])
def test_the_gradients_are_those_of_one_loss_of_vectors_and_decay(make, tower):
    """Gradients begin in the middle of the net, at what features say and at raw vectors alike."""
    trainer = make(f"model.tower={tower}")
    examples, model = trainer.examples, trainer.model
    for weight in model.parameters():
        weight.set_value(weight + paddle.normal(0, 0.2, weight.shape))
    [block, *_] = trainer.blocks(np.random.default_rng(0))
    users = [paddle.to_tensor(array[block.users]) for array in examples.user_arrays]
    items = [paddle.to_tensor(array[block.items]) for array in examples.item_arrays]
    passes = [
        (model.item_tower, examples.items, items, 0.3),
        (model.user_tower, examples.users, users, 0.0),
        (model.rating_tower, examples.users, users, 0.7),
    ]
    random, total, decayed, found_decay = np.random.default_rng(1), paddle.zeros([]), 0.0, 0.0
    for layer, side, arrays, decay in passes:
        own = TowerPass(layer, side, arrays, decay)
        outputs = layer.feature_outputs(arrays)
        raw = layer.combine(outputs, arrays)
        vectors = raw / raw.norm(axis=1, keepdim=True)
        assert own.vectors == pytest.approx(vectors.numpy(), abs=1e-6)
        grad = random.normal(size=raw.shape).astype(np.float32)
        own.backward(grad)
        found_decay += own.decay_loss
        total = total + (vectors * paddle.to_tensor(grad)).sum()
        for feature, each in zip(side.features, outputs, strict=True):
            if feature.kind in ("id", "text"):
                pull = decay * (each**2).sum() / len(each)
                total, decayed = total + pull, decayed + float(pull)
    assert found_decay == pytest.approx(decayed, rel=1e-4)
    found = {name: weight.grad.numpy().copy() for name, weight in model.named_parameters()}
    trainer.optimizer.clear_grad()
    total.backward()
    assert len(found) > 15
    for name, weight in model.named_parameters():
        expected = weight.grad.numpy()  # compared by NumPy: pytest.approx takes seconds for so many numbers
        assert (np.abs(found[name] - expected) <= np.maximum(1e-4, 1e-3 * np.abs(expected))).all(), name
        assert found[name].any(), name
