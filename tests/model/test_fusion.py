from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.model.export import ExportedTower, export_tower
from towhee_recsys.model.fusion import build_model
from towhee_recsys.model.quiet_paddle import paddle


def weights(model) -> dict[str, np.ndarray]:
    return {name: weight.numpy() for name, weight in model.state_dict().items()}


def vectors(tower, arrays) -> np.ndarray:
    with paddle.no_grad():
        return tower([paddle.to_tensor(array) for array in arrays]).numpy()


def step(model, users, movies) -> float:
    """Pulls all cosines to 0.5 once, and says how far they were."""
    optimizer = paddle.optimizer.AdamW(0.01, parameters=model.parameters())
    loss = ((model(users, movies) - 0.5) ** 2).mean()
    loss.backward()
    optimizer.step()
    return float(loss)


def test_the_score_is_the_cosine_of_the_towers_raw_vectors(sides, user_arrays, movie_arrays):
    model = build_model(*sides, embedding_size=6, seed=1)
    model.eval()
    users, movies = vectors(model.user_tower, user_arrays), vectors(model.movie_tower, movie_arrays)
    assert (users.shape, movies.shape) == ((4, 6), (4, 6))
    by_hand = [[u @ m / (np.linalg.norm(u) * np.linalg.norm(m)) for m in movies] for u in users]
    scores = model(user_arrays, movie_arrays).numpy()
    assert scores == pytest.approx(np.array(by_hand), abs=1e-6)
    assert np.abs(scores).max() <= 1 + 1e-6


def test_the_same_seed_gives_the_same_weights_under_the_same_names(sides):
    first, again = (weights(build_model(*sides, embedding_size=6, seed=7)) for _ in range(2))
    assert list(first) == list(again)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    other = weights(build_model(*sides, embedding_size=6, seed=8))
    assert any(not np.array_equal(first[name], other[name]) for name in first)


def test_parameters_have_the_same_names_in_every_model(sides):
    first, again = (build_model(*sides, embedding_size=6, seed=seed) for seed in (1, 2))
    assert [weight.name for weight in first.parameters()] == [weight.name for weight in again.parameters()]


def test_every_weight_of_every_kind_of_feature_learns(sides, user_arrays, movie_arrays):
    model = build_model(*sides, embedding_size=6, seed=1)
    before = weights(model)
    first = step(model, user_arrays, movie_arrays)
    assert step(model, user_arrays, movie_arrays) < first
    same = [name for name, weight in weights(model).items() if np.array_equal(weight, before[name])]
    assert same == []


def test_padding_says_nothing(sides, movie_arrays):
    model = build_model(*sides, embedding_size=6, seed=1)
    step(model, sides[0].encode([{}]), movie_arrays)
    table = next(layer.embedding for layer in model.movie_tower.inputs if hasattr(layer, "convolution"))
    assert not table.weight.numpy()[0].any()
    assert table.weight.numpy()[1].any(), "the unknown word is a word"


def test_exported_towers_give_the_same_vectors_at_any_batch_size(sides, user_arrays, movie_arrays, tmp_path):
    model = build_model(*sides, embedding_size=6, seed=3)
    step(model, user_arrays, movie_arrays)
    for name, tower, side, arrays in zip(
        ("user", "movie"), (model.user_tower, model.movie_tower), sides, (user_arrays, movie_arrays), strict=True
    ):
        export_tower(tower, side, tmp_path / name)
        exported = ExportedTower(tmp_path / name)
        for batch in (1, 2, 7, 1):
            rows = [array[np.arange(batch) % 4] for array in arrays]
            found = exported(rows)
            assert found.dtype == np.float32
            assert found == pytest.approx(vectors(tower, rows), abs=1e-5)


def test_a_batch_gives_what_its_records_give_alone(sides, movie_arrays):
    tower = build_model(*sides, embedding_size=6, seed=3).movie_tower
    alone = [vectors(tower, [array[[line]] for array in movie_arrays])[0] for line in range(4)]
    assert vectors(tower, movie_arrays) == pytest.approx(np.array(alone), abs=1e-6)
