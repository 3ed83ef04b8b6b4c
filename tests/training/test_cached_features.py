from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.training.cached_features import CachedTextFeature, DedupedFeature


def test_texts_are_computed_in_parts_and_learn_there(trainer):
    cached = trainer.cached.items()
    [(number, texts)] = [(number, each) for number, each in cached if isinstance(each, CachedTextFeature)]
    layer, words = trainer.model.item_tower.inputs[number], trainer.examples.item_arrays[number]
    items, rng = np.arange(0, len(words), 2), np.random.default_rng(0)
    texts.refresh()
    before = layer(paddle.to_tensor(words[items])).numpy()
    assert texts(items, rng).numpy() == pytest.approx(before, abs=1e-5)
    layer.connected.bias.set_value(layer.connected.bias + 1)
    found = texts(items, rng)
    moved = np.abs(found.numpy() - before).max(axis=1) > 0.5
    assert 0.01 < moved.mean() < 0.3, "a small part is computed"
    assert found.numpy()[moved] == pytest.approx(before[moved] + 1, abs=1e-5)
    paddle.autograd.backward([found], [paddle.ones_like(found)])
    assert layer.connected.bias.grad.numpy() == pytest.approx(np.full(found.shape[1], moved.sum()), rel=1e-4)
    again = texts(items, np.random.default_rng(5))
    assert (np.abs(again.numpy() - before).max(axis=1) > 0.5)[moved].all(), "what was computed is cached"
    texts.refresh()
    assert texts(items, rng).numpy() == pytest.approx(before + 1, abs=1e-5)


@pytest.mark.parametrize("hidden", [0.0, 0.4])
def test_what_many_items_share_is_computed_once_and_learns_from_all(trainer, hidden):
    side, arrays = trainer.examples.items, trainer.examples.item_arrays
    place = [feature.kind for feature in side.features].index("categories")
    layer, nothing, read = trainer.model.item_tower.inputs[place], side.encode([{}])[place], []
    layer.register_forward_pre_hook(lambda _, given: read.append(len(given[0])))
    items = np.arange(5, 300)
    found = DedupedFeature(layer, arrays[place], nothing, hidden)(items, np.random.default_rng(0))
    assert read.pop() < len(items)
    own, unknown = (layer(paddle.to_tensor(lines)).numpy() for lines in (arrays[place][items], nothing))
    masked = np.abs(found.numpy() - own).max(axis=1) > 1e-6
    assert masked.mean() == pytest.approx(hidden, abs=0.1)
    assert found.numpy()[masked] == pytest.approx(np.repeat(unknown, masked.sum(), axis=0), abs=1e-6)
    paddle.autograd.backward([found], [paddle.ones_like(found)])
    lines = np.where(masked[:, None], nothing, arrays[place][items])
    expected = np.repeat(lines.sum(axis=0)[:, None], found.shape[1], axis=1)
    assert layer.members.weight.grad.numpy() == pytest.approx(expected, rel=1e-4)


def test_where_no_text_is_computed_nothing_is_learned_from_texts():
    layer = paddle.nn.Linear(2, 3)
    texts = CachedTextFeature(layer, np.ones((4, 2), dtype=np.float32))
    texts.refresh()

    class Never:
        def random(self, count):
            return np.ones(count)

    assert texts(np.arange(3), Never()).stop_gradient
