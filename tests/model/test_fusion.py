from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.config import load_config
from towhee_recsys.model.objectives import unit
from towhee_recsys.model.paddle.fusion import FusionModel, build_model
from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.model.paddle.towers import SumTower

SIZE = 6


@pytest.fixture(params=["sum", "joined"])
def build(request, sides):
    """Builds models with towers of both kinds."""

    def build(seed: int = 1, objective: str = "both") -> FusionModel:
        config = load_config(model={"tower": request.param, "embedding_size": SIZE}).model
        return build_model(*sides, config, objective, seed)

    return build


def weights(model) -> dict[str, np.ndarray]:
    return {name: weight.numpy() for name, weight in model.state_dict().items()}


def vectors(tower, arrays) -> np.ndarray:
    tower.eval()
    with paddle.no_grad():
        return tower([paddle.to_tensor(array) for array in arrays]).numpy()


def tensors(arrays) -> list:
    return [paddle.to_tensor(array) for array in arrays]


def step(model, users, items) -> float:
    """Pulls the cosines of both user towers to 0.5 once, and says how far they were."""
    optimizer = paddle.optimizer.Adam(0.01, parameters=model.parameters())
    item = paddle.nn.functional.normalize(model.item_tower(tensors(items)))
    loss = paddle.zeros([])
    for purpose in ("ranking", "rating"):
        user = paddle.nn.functional.normalize(model.tower(purpose)(tensors(users)))
        loss = loss + ((user @ item.T - 0.5) ** 2).mean()
    loss.backward()
    optimizer.step()
    return float(loss)


@pytest.mark.parametrize("objective", ["rating", "ranking", "both"])
def test_one_item_tower_and_a_user_tower_for_each_purpose_that_is_learned(build, objective, user_arrays, item_arrays):
    model = build(objective=objective)
    assert model.tower("ranking") is model.user_tower
    assert (model.tower("rating") is model.rating_tower is not model.user_tower) == (objective == "both")
    for tower, arrays in (
        (model.user_tower, user_arrays),
        (model.rating_tower, user_arrays),
        (model.item_tower, item_arrays),
    ):
        found = vectors(tower, arrays)
        assert (found.shape, found.dtype) == ((4, SIZE), np.float32)
    own = {name.split(".")[0] for name in weights(model)}
    assert own == {"user_tower", "item_tower"} | ({"rating_tower"} if objective == "both" else set())


def test_the_same_seed_gives_the_same_weights_under_the_same_names(build):
    first, again, other = weights(build(7)), weights(build(7)), weights(build(8))
    assert list(first) == list(again)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert any(not np.array_equal(first[name], other[name]) for name in first)


def test_parameters_have_the_same_names_in_every_model(build):
    first, again = build(1), build(2)
    assert [weight.name for weight in first.parameters()] == [weight.name for weight in again.parameters()]


def test_every_weight_of_every_kind_of_feature_learns(build, user_arrays, item_arrays):
    model = build()
    before = weights(model)
    losses = [step(model, user_arrays, item_arrays) for _ in range(8)]
    assert losses[-1] < losses[0]
    same = [name for name, weight in weights(model).items() if np.array_equal(weight, before[name])]
    assert same == []


def test_padding_says_nothing(build, sides, item_arrays):
    model = build()
    for _ in range(3):
        step(model, sides[0].encode([{}]), item_arrays)
    table = next(layer.embedding for layer in model.item_tower.inputs if hasattr(layer, "convolution"))
    assert not table.weight.numpy()[0].any()
    assert table.weight.numpy()[1].any(), "the unknown word is a word"


def test_a_batch_gives_what_its_records_give_alone(build, item_arrays):
    tower = build(3).item_tower
    alone = [vectors(tower, [array[[line]] for array in item_arrays])[0] for line in range(4)]
    assert vectors(tower, item_arrays) == pytest.approx(np.array(alone), abs=1e-6)


def test_combined_feature_outputs_are_the_tower_s_answer(build, item_arrays):
    tower = build().item_tower
    arrays = tensors(item_arrays)
    outputs = tower.feature_outputs(arrays)
    assert tower.combine(outputs, arrays).numpy() == pytest.approx(tower(arrays).numpy(), abs=1e-6)
    known = tower.feature_outputs(arrays, {1: outputs[1]})
    assert known[1] is outputs[1], "it was not computed again"
    assert all((one.numpy() == other.numpy()).all() for one, other in zip(outputs, known, strict=True))


def test_norm_preserving_vectors_have_the_documented_cosine(sides, user_arrays, item_arrays):
    users, items = SumTower(sides[0], SIZE, "ranking"), SumTower(sides[1], SIZE, "item")
    for tower in (users, items):
        for weight in tower.parameters():
            weight.set_value(paddle.normal(0, 0.7, weight.shape))
    user, item = vectors(users, user_arrays), vectors(items, item_arrays)
    assert user[:, -2:].tolist() == [[0, 1]] * 4
    assert item[:, -2:].tolist() == [[1, 0]] * 4
    free, others = user[:, :-2].astype(np.float64), item[:, :-2].astype(np.float64)
    lengths = [1 + (each**2).sum(axis=1) for each in (free, others)]
    expected = free @ others.T / np.sqrt(np.outer(*lengths))
    assert unit(user)[0] @ unit(item)[0].T == pytest.approx(expected, abs=1e-6)
    assert np.abs(expected).max() < 1


def test_a_fresh_sum_tower_is_sure_of_nothing(sides, user_arrays, item_arrays):
    """Small free vectors: whatever a fresh model says, all cosines are near 0."""
    rows = [place for place, feature in enumerate(sides[0].features) if feature.kind in ("id", "category")]
    tower = SumTower(sides[0], 64, "ranking")
    outputs = tower.feature_outputs(tensors(user_arrays))
    assert all(np.linalg.norm(outputs[place].numpy(), axis=1).max() < 1 for place in rows)


@pytest.mark.parametrize(("role", "count"), [("ranking", 1), ("rating", 2)])
def test_an_id_s_bias_are_amounts_of_directions_that_all_share(sides, user_arrays, role, count):
    tower = SumTower(sides[0], SIZE, role)
    before = vectors(tower, user_arrays)
    [bias] = tower.biases
    assert not bias.amounts.weight.numpy().any(), "a fresh id has none"
    rows = bias.amounts.weight.shape[0]
    amounts = np.arange(rows * count, dtype=np.float32).reshape(rows, count)
    bias.amounts.weight.set_value(amounts)
    moved = vectors(tower, user_arrays) - before
    rows = user_arrays[tower.ids[0]]
    assert moved[:, :-2] == pytest.approx(amounts[rows] @ bias.directions.numpy(), abs=1e-5)
    assert not moved[:, -2:].any()
