"""Rows that are updated lazily are those that Adam on the whole table makes; a training with them can be resumed."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.model.paddle.quiet import nn, paddle
from towhee_recsys.training import lazy_rows
from towhee_recsys.training.lazy_rows import LazyRows

ROWS, SIZE = 50, 8


def tables() -> tuple[nn.Embedding, nn.Embedding]:
    paddle.seed(0)  # whatever tests ran before
    first, second = (nn.Embedding(ROWS, SIZE, padding_idx=0) for _ in range(2))
    second.weight.set_value(first.weight)
    return first, second


@pytest.mark.parametrize("read", [7, 1, ROWS])
def test_lazy_rows_are_those_of_adam_on_the_whole_table(read):
    whole, table = tables()
    adam = paddle.optimizer.Adam(beta2=0.95, parameters=whole.parameters())
    rows, rng, step = LazyRows(table.weight, np.arange(ROWS), 0.95), np.random.default_rng(0), 0
    targets = paddle.to_tensor(rng.normal(size=(ROWS, SIZE)).astype(np.float32))
    for _ in range(3):
        for _ in range(40):
            step, drawn = step + 1, rng.permutation(ROWS)[:read]
            adam.set_lr(rate := 0.03 / (1 + step / 50))
            wanted = targets[paddle.to_tensor(drawn)]
            expected, found = whole(paddle.to_tensor(drawn)), rows(drawn)
            assert found.numpy() == pytest.approx(expected.numpy(), abs=3e-5), "each time that they are read"
            for output in (expected, found):
                ((output - wanted) ** 2).sum().backward()
            adam.step()
            adam.clear_grad()
            rows.update(rate, step)
        rows.finish()
        assert table.weight.numpy() == pytest.approx(whole.weight.numpy(), abs=3e-5)
    moments = {name.split("_")[-2]: value.numpy() for name, value in adam.state_dict().items() if "moment" in name}
    for found, expected in ((rows.mean.numpy(), moments["moment1"]), (rows.square.numpy(), moments["moment2"])):
        # some gradients nearly cancel out over the steps: what is left of them is rounded as the largest are
        assert found == pytest.approx(expected, rel=1e-4, abs=1e-5 * float(np.abs(expected).max()))


def test_the_first_step_moves_a_row_by_the_learning_rate_and_the_others_not_at_all():
    table = nn.Embedding(ROWS, SIZE)
    before, rows = table.weight.numpy().copy(), LazyRows(table.weight, np.arange(ROWS), 0.95)
    rows(np.array([3, 5])).sum().backward()
    rows.update(0.01, 1)
    moved = table.weight.numpy() - before
    assert moved[[3, 5]] == pytest.approx(-0.01, abs=1e-5)
    assert not np.delete(moved, [3, 5], axis=0).any()


def test_the_row_of_the_unknown_stays_0_and_a_row_that_is_read_twice_learns_from_both():
    table = nn.Embedding(ROWS, SIZE, padding_idx=0)
    rows = LazyRows(table.weight, np.array([0, 4, 4]), 0.95)
    output = rows(np.arange(3))
    assert output.shape == [3, SIZE]
    (output * paddle.to_tensor([[1.0], [1.0], [2.0]])).sum().backward()
    rows.update(0.01, 1)
    assert not table.weight.numpy()[0].any()
    assert rows.mean.numpy()[4] == pytest.approx(0.1 * 3)


def test_small_tables_are_not_lazy_and_large_ones_are(make, all_lazy):
    lazy = {name: [*tables] for name, tables in named(make())}
    assert lazy == {"user_tower": [0], "rating_tower": [0], "item_tower": [0]}


def test_by_default_tables_as_those_of_movielens_1m_are_updated_whole(make):
    assert not any(tables for _, tables in named(make()))


def named(trainer):
    return [(name, trainer.optimizer.rows[tower]) for name, tower in trainer.model.named_children()]


@pytest.mark.parametrize("tower", ["sum", "joined"])
def test_a_training_with_lazy_rows_gives_the_weights_and_figures_of_one_without(make, monkeypatch, tower):
    whole = make(f"model.tower={tower}")
    monkeypatch.setattr(lazy_rows, "LARGE", 0)
    monkeypatch.setattr(lazy_rows, "SHARE", 0)
    lazy = make(f"model.tower={tower}")
    for _ in range(3):
        assert lazy.epoch() == pytest.approx(whole.epoch(), abs=2e-3)
    for name, weight in whole.model.state_dict().items():
        differences = np.abs(lazy.model.state_dict()[name].numpy() - weight.numpy())
        assert (differences > 1e-3).mean() < 1e-3, f"{name}: a gradient of nearly 0 may have another sign"
