"""The objectives in closed form say what PaddlePaddle's autograd says, and what their definitions say."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.config import load_config
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.blocks import Block, Blocks
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.objectives import (
    RankingObjective,
    RatingObjective,
    by_raw,
    make_objectives,
    preference,
    unit,
)
from towhee_recsys.model.paddle.quiet import paddle

SCALE, DIM = (1.0, 5.0), 6
MAP = Calibration(slope=6.0, intercept=3.4, lowest=1.0, highest=5.0)


def settings(**training):
    """Settings with every number that an objective reads, so that the defaults may change."""
    fixed = {"temperature": 0.2, "preference": [0, 0.1, 0.4, 1, 1.5], "rating_weight": 0.7}
    return load_config(training=fixed | training).training


def rated(users: int, items: int, count: int, seed: int, scale=SCALE) -> Interactions:
    """Random ratings, sorted by user; each pair once."""
    random = np.random.default_rng(seed)
    pairs = np.sort(random.choice(users * items, count, replace=False))
    steps = random.integers(0, 2 * int(scale[1] - scale[0]) + 1, count) / 2
    return Interactions(pairs // items, pairs % items, (scale[0] + steps).astype(np.float32))


def units(rows: int, seed: int) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(rows, DIM)).astype(np.float32))[0]


def blocks_of(
    ratings: Interactions, users: int, items: int, size: int = 4, most: int = 1000, seed: int = 0
) -> list[Block]:
    return list(Blocks(ratings, users, size, most)(np.random.default_rng(seed)))


def by_autograd(loss, users: np.ndarray, items: np.ndarray):
    """A loss in Paddle's words, and its gradients, in float64."""
    tensors = [paddle.to_tensor(each.astype(np.float64), stop_gradient=False) for each in (users, items)]
    value = loss(*tensors)
    value.backward()
    return float(value), *(tensor.grad.numpy() for tensor in tensors)


def cross_entropy(ratings: Interactions, block: Block, config):
    """The weighted cross entropy in plain words, by users' rows in the block, items' own and the correction."""
    weights = np.interp(ratings.values, np.linspace(*SCALE, 5), config.preference)
    sums = np.bincount(ratings.users, weights)
    wanted = np.zeros((len(block.users), len(block.items)))
    log_q = np.zeros(len(block.items)) if block.log_q is None else block.log_q.astype(np.float64)
    shift = np.tile(-log_q, (len(block.users), 1))
    for row, user in enumerate(block.users):
        for place in np.flatnonzero(ratings.users == user):
            column = int(np.flatnonzero(block.items == ratings.items[place])[0])
            wanted[row, column] = weights[place] / np.sqrt(max(sums[user], 1e-12))
            shift[row, column] = 0

    def loss(users, items):
        logits = users @ items.T / config.temperature + paddle.to_tensor(shift)
        chances = logits - paddle.logsumexp(logits, axis=1, keepdim=True)  # log_softmax of Paddle ends at -64
        return -(paddle.to_tensor(wanted) * chances).sum() / len(users)

    return loss


def squared_error(ratings: Interactions, block: Block, config):
    usual = len(ratings) / len(np.unique(ratings.users))
    rows, columns = np.divmod(block.cells, len(block.items))

    def loss(users, items):
        cosines = (users @ items.T)[paddle.to_tensor(rows), paddle.to_tensor(columns)]
        errors = MAP.slope * cosines + MAP.intercept - paddle.to_tensor(ratings.values[block.rows].astype(np.float64))
        return config.rating_weight * (errors**2).sum() / (usual * len(users))

    return loss


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("most", [1000, 5])
@pytest.mark.parametrize("name", ["ranking", "rating"])
def test_value_and_gradients_are_those_of_autograd(name, most, seed):
    ratings, config = rated(9, 13, 40, seed), settings()
    for block in blocks_of(ratings, 9, 13, most=most, seed=seed):
        users, items = units(len(block.users), seed), units(len(block.items), seed + 50)
        if name == "ranking":
            found = RankingObjective(ratings, SCALE, config)(users, items, block)
            wanted = by_autograd(cross_entropy(ratings, block, config), users, items)
        else:
            found = RatingObjective(ratings, MAP, config)(users, items, block)
            wanted = by_autograd(squared_error(ratings, block, config), users, items)
        assert found[0] == pytest.approx(wanted[0], rel=1e-5)
        for mine, theirs in zip(found[1:], wanted[1:], strict=True):
            assert mine.dtype == np.float32
            assert mine == pytest.approx(theirs, rel=1e-4, abs=1e-5)


def test_the_gradient_by_raw_vectors_is_that_of_autograd():
    raw = np.random.default_rng(1).normal(size=(7, DIM)).astype(np.float32)
    by_unit = np.random.default_rng(2).normal(size=(7, DIM)).astype(np.float32)
    tensor = paddle.to_tensor(raw.astype(np.float64), stop_gradient=False)
    (paddle.nn.functional.normalize(tensor) * paddle.to_tensor(by_unit.astype(np.float64))).sum().backward()
    units, lengths = unit(raw)
    assert by_raw(by_unit, units, lengths) == pytest.approx(tensor.grad.numpy(), rel=1e-4, abs=1e-6)
    assert np.einsum("ij,ij->i", by_raw(by_unit, units, lengths), raw) == pytest.approx(np.zeros(7), abs=1e-5)


def test_ranking_with_equal_weights_is_the_plain_cross_entropy_of_a_softmax():
    ratings = Interactions(np.zeros(1, int), np.array([2]), np.array([5], dtype=np.float32))
    block = Block(np.zeros(1, int), np.arange(4), np.zeros(1, int), np.array([2]), None)
    items = np.eye(4, DIM, dtype=np.float32)
    loss, by_users, by_items = RankingObjective(ratings, SCALE, settings(preference=[1, 1], temperature=0.5))(
        items[2:3], items, block
    )
    chance = np.exp([0, 0, 2, 0]) / (3 + np.exp(2))
    assert loss == pytest.approx(-np.log(chance[2]), rel=1e-6)
    slopes = (chance - [0, 0, 1, 0]) / 0.5
    assert by_users[0, :4] == pytest.approx(slopes, rel=1e-5)
    assert by_items[:, 2] == pytest.approx(slopes, rel=1e-5)


@pytest.mark.parametrize("temperature", [0.001, 0.0069, 0.0167, 10.0])
def test_any_temperature_gives_numbers(temperature):
    ratings, config = rated(9, 13, 40, 1), settings(temperature=temperature)
    objective = RankingObjective(ratings, SCALE, config)
    [block] = blocks_of(ratings, 9, 13, size=9)
    count, ahead = len(block.users), units(1, 3)
    people = [units(count, 0), np.zeros((count, DIM), dtype=np.float32), np.tile(-ahead, (count, 1))]
    for users, items in zip(people, [units(13, 1), units(13, 1), np.tile(ahead, (13, 1))], strict=True):
        found = objective(users, items, block)
        wanted = by_autograd(cross_entropy(ratings, block, config), users, items)
        assert found[0] == pytest.approx(wanted[0], rel=1e-3)
        assert found[1] == pytest.approx(wanted[1], rel=1e-3, abs=1e-3 / temperature)


def test_who_rates_much_counts_by_the_root():
    ratings = Interactions(np.array([0, 1, 1, 1, 1]), np.array([0, 0, 1, 2, 3]), np.full(5, 5, dtype=np.float32))
    [block] = blocks_of(ratings, 2, 4)
    nothing = np.zeros((2, DIM), dtype=np.float32), np.zeros((4, DIM), dtype=np.float32)
    loss, *_ = RankingObjective(ratings, SCALE, settings(preference=[0, 1]))(*nothing, block)
    assert loss == pytest.approx((1 + np.sqrt(4)) * np.log(4) / 2, rel=1e-6)


def test_who_likes_nothing_teaches_ranking_nothing():
    ratings = Interactions(np.array([0, 1]), np.array([0, 1]), np.array([1, 5], dtype=np.float32))
    [block] = blocks_of(ratings, 2, 3)
    shy = int(np.flatnonzero(block.users == 0)[0])
    loss, by_users, _ = RankingObjective(ratings, SCALE, settings(preference=[0, 1]))(units(2, 0), units(3, 1), block)
    assert np.isfinite(loss)
    assert not by_users[shy].any()
    assert by_users[1 - shy].any()


def test_rating_only_sees_rated_cells():
    ratings = rated(5, 8, 12, seed=3)
    objective = RatingObjective(ratings, MAP, settings())
    for block in blocks_of(ratings, 5, 8, size=2):
        users, items = units(len(block.users), 0), units(8, 1)
        loss, by_users, by_items = objective(users, items, block)
        unrated = np.setdiff1d(np.arange(8), ratings.items[block.rows])
        assert len(unrated)
        assert not by_items[unrated].any()
        moved = items.copy()
        moved[unrated] = units(len(unrated), 9)
        again = objective(users, moved, block)
        assert (again[0], again[1].tolist()) == (loss, by_users.tolist())


def test_a_perfect_prediction_loses_nothing():
    ratings = Interactions(np.array([0, 0]), np.array([0, 1]), np.array([4.9, 1.9], dtype=np.float32))
    [block] = blocks_of(ratings, 1, 2)
    items = np.array([[0.25, 0, 0], [-0.25, 0, 0]], dtype=np.float32)
    loss, by_users, _ = RatingObjective(ratings, MAP, settings())(np.eye(1, 3, dtype=np.float32), items, block)
    assert loss == pytest.approx(0, abs=1e-10)
    assert by_users == pytest.approx(np.zeros((1, 3)), abs=1e-5)


def test_a_mean_over_all_blocks_is_the_mean_squared_error():
    ratings = rated(8, 10, 40, seed=1)
    objective = RatingObjective(ratings, MAP, settings(rating_weight=1.0))
    users, items = units(8, 0), units(10, 1)
    losses = [objective(users[block.users], items, block)[0] for block in blocks_of(ratings, 8, 10, size=4)]
    errors = MAP.slope * (users @ items.T)[ratings.users, ratings.items] + MAP.intercept - ratings.values
    assert np.mean(losses) == pytest.approx(np.mean(errors**2), rel=1e-5)


def test_of_a_sample_of_items_the_expected_partition_is_that_of_all():
    """What a user's softmax is divided by, in many drawn blocks, against the sum over the whole catalogue."""
    users, items, temperature = 400, 300, 0.5
    ratings = rated(users, items, 2400, seed=5)
    config = settings(preference=[1, 1], temperature=temperature)
    objective, drawn = RankingObjective(ratings, SCALE, config), Blocks(ratings, users, 50, 60)
    vectors, item_vectors = units(users, 0), units(items, 1)
    logits = (vectors @ item_vectors.T).astype(np.float64) / temperature
    own = [np.flatnonzero(ratings.users == user) for user in range(users)]
    random, ratios = np.random.default_rng(7), [[] for _ in range(users)]
    for block in (block for _ in range(40) for block in drawn(random)):
        for user in block.users:
            rated_by = ratings.items[own[user]]
            alone = Block(block.users[:1], block.items, own[user], np.searchsorted(block.items, rated_by), block.log_q)
            loss, *_ = objective(vectors[user : user + 1], item_vectors[block.items], alone)
            each = loss / np.sqrt(len(rated_by)) + logits[user, rated_by].mean()  # every weight is 1 / root of the sum
            ratios[user].append(np.exp(each) / np.exp(logits[user]).sum())
    ratios = [each for each in ratios if each]  # a few users have no ratings
    means = np.array([np.mean(each) for each in ratios])
    errors = np.array([np.std(each) / np.sqrt(len(each)) for each in ratios])
    assert means.mean() == pytest.approx(1, abs=0.02)
    assert (np.abs(means - 1) < 0.02 + 4.5 * errors).all()
    assert errors.max() < 0.03


@pytest.mark.parametrize(
    ("stars", "scale", "expected"),
    [
        ([1, 2, 3, 4, 5], (1, 5), [0, 0, 0.3, 1, 1.3]),
        ([3.5, 4.5], (1, 5), [0.65, 1.15]),
        ([0.5, 2.75, 3.875, 5], (0.5, 5), [0, 0.3, 1, 1.3]),
        ([0, 50, 75, 100], (0, 100), [0, 0.3, 1, 1.3]),
        ([-1, 0, 0.5, 1], (-1, 1), [0, 0.3, 1, 1.3]),
    ],
)
def test_preference_goes_by_steps_of_any_scale(stars, scale, expected):
    assert preference(np.array(stars, dtype=np.float32), scale, [0, 0, 0.3, 1, 1.3]) == pytest.approx(expected)


def test_a_scale_of_another_length_gives_the_same_loss():
    five, hundred = rated(5, 8, 20, seed=2), rated(5, 8, 20, seed=2)
    hundred = Interactions(hundred.users, hundred.items, (hundred.values - 1) * 25)
    [block] = blocks_of(five, 5, 8, size=5)
    vectors = units(5, 0), units(8, 1)
    one, other = RankingObjective(five, SCALE, settings()), RankingObjective(hundred, (0, 100), settings())
    assert one(*vectors, block)[0] == pytest.approx(other(*vectors, block)[0], rel=1e-6)


@pytest.mark.parametrize(
    ("objective", "purposes"), [("rating", ["rating"]), ("ranking", ["ranking"]), ("both", ["ranking", "rating"])]
)
def test_a_config_has_the_objectives_that_it_names(objective, purposes):
    config = load_config(objective=objective, training={"ranking_decay": 0.1, "rating_decay": 0.2})
    made = make_objectives(config, rated(3, 4, 6, seed=0), MAP)
    assert list(made) == purposes
    assert [each.decay for each in made.values()] == [{"ranking": 0.1, "rating": 0.2}[name] for name in purposes]
