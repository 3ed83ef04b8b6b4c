"""The objectives in closed form give what PaddlePaddle's autograd and their definitions give."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from towhee_recsys.config import load_config
from towhee_recsys.config.objectives import OBJECTIVES, Objective, needs_scale, purposes
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.errors import TrainingError
from towhee_recsys.model.blocks import Block, Blocks
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.objectives import ObjectiveSettings, grad_raw, make_objectives, unit
from towhee_recsys.model.objectives.ranking import RankingObjective, interaction_weights, rating_preference
from towhee_recsys.model.objectives.rating import RatingObjective
from towhee_recsys.model.paddle.quiet import paddle

SCALE, DIM = (1.0, 5.0), 6
MAP = Calibration(slope=6.0, intercept=3.4, lowest=1.0, highest=5.0)


def settings(scale=SCALE, **training):
    """Settings with every number that an objective reads, so that the defaults may change."""
    fixed = {
        "temperature": 0.2,
        "preference": [0, 0.1, 0.4, 1, 1.5],
        "rating_weight": 0.7,
        "seen_share": [1.0],
        "teacher": None,
    }
    return ObjectiveSettings(load_config(training=fixed | training).training, scale, MAP if scale else None)


def rated(users: int, items: int, count: int, seed: int, scale=SCALE) -> Interactions:
    """Random ratings, sorted by user; each pair once."""
    random = np.random.default_rng(seed)
    pairs = np.sort(random.choice(users * items, count, replace=False))
    steps = random.integers(0, 2 * int(scale[1] - scale[0]) + 1, count) / 2
    return Interactions.of(pairs // items, pairs % items, (scale[0] + steps).astype(np.float32))


def units(rows: int, seed: int) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(rows, DIM)).astype(np.float32))[0]


def blocks_of(
    ratings: Interactions, users: int, items: int, size: int = 4, sampled: int = 1000, seed: int = 0
) -> list[Block]:
    return list(Blocks(ratings, users, size, sampled)(np.random.default_rng(seed)))


def by_autograd(loss, users: np.ndarray, items: np.ndarray):
    """A loss by Paddle, and its gradients, in float64."""
    tensors = [paddle.to_tensor(each.astype(np.float64), stop_gradient=False) for each in (users, items)]
    value = loss(*tensors)
    value.backward()
    return float(value), *(tensor.grad.numpy() for tensor in tensors)


def cross_entropy(ratings: Interactions, block: Block, config: ObjectiveSettings):
    """The weighted cross entropy by its definition: a softmax for each interaction, of its item against all others."""
    if config.scale:
        weights = np.interp(ratings.values, np.linspace(*SCALE, 5), config.training.preference)
    else:
        weights = ratings.values / ratings.values.mean()
    sums = np.bincount(ratings.users, weights)
    log_q = np.zeros(len(block.items)) if block.log_q is None else block.log_q.astype(np.float64)
    with np.errstate(divide="ignore"):
        shares = config.training.seen_share
        log_share = np.log(np.interp(ratings.values, np.linspace(*SCALE, len(shares)), shares))
    popularity = np.bincount(ratings.items, minlength=99)[block.items] * np.exp(-log_q)
    popularity, smoothing = popularity / popularity.sum(), config.training.label_smoothing
    places, wanted, shifts = [], [], []
    for row, user in enumerate(block.users):
        positions = np.flatnonzero(ratings.users == user)
        own = np.flatnonzero(np.isin(block.items, ratings.items[positions]))
        for position in positions:
            column = int(np.flatnonzero(block.items == ratings.items[position])[0])
            shift = -log_q
            mine = [positions[ratings.items[positions] == item][0] for item in block.items[own]]
            shift[own] = log_share[mine]
            shift[column] = 0
            shifts.append(np.maximum(shift, -1e30))  # -inf times 0 would be no number
            wanted.append(weights[position] / np.sqrt(max(sums[user], 1e-12)))
            places.append((row, column))
    rows, columns = (paddle.to_tensor(each) for each in np.array(places).T)

    def loss(users, items):
        logits = users @ items.T / config.training.temperature
        totals = paddle.logsumexp(logits[rows] + paddle.to_tensor(np.array(shifts)), axis=1)
        spread = (logits[rows] * paddle.to_tensor(popularity)).sum(axis=1)
        targets = (1 - smoothing) * logits[rows, columns] + smoothing * spread
        return (paddle.to_tensor(np.array(wanted)) * (totals - targets)).sum() / len(users)

    return loss


def squared_error(ratings: Interactions, block: Block, config):
    usual = len(ratings) / len(np.unique(ratings.users))
    rows, columns = np.divmod(block.cells, len(block.items))

    def loss(users, items):
        cosines = (users @ items.T)[paddle.to_tensor(rows), paddle.to_tensor(columns)]
        errors = MAP.slope * cosines + MAP.intercept - paddle.to_tensor(ratings.values[block.rows].astype(np.float64))
        return config.training.rating_weight * (errors**2).sum() / (usual * len(users))

    return loss


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("sampled", [1000, 5])
@pytest.mark.parametrize("name", ["ranking", "implicit ranking", "rating"])
@pytest.mark.parametrize(("shares", "smoothing"), [([0], 0.0), ([0.3], 0.1), ([1], 0.3), ([1, 0.7, 0.4], 0.0)])
def test_value_and_gradients_are_those_of_autograd(name, sampled, seed, shares, smoothing):
    if "implicit" in name:
        shares = shares[-1:]
    scale = None if "implicit" in name else SCALE
    ratings, config = rated(9, 13, 40, seed), settings(scale, seen_share=shares, label_smoothing=smoothing)
    for block in blocks_of(ratings, 9, 13, sampled=sampled, seed=seed):
        users, items = units(len(block.users), seed), units(len(block.items), seed + 50)
        if "ranking" in name:
            found = RankingObjective(ratings, config)(users, items, block)
            wanted = by_autograd(cross_entropy(ratings, block, config), users, items)
        else:
            found = RatingObjective(ratings, config)(users, items, block)
            wanted = by_autograd(squared_error(ratings, block, config), users, items)
        assert found[0] == pytest.approx(wanted[0], rel=1e-5)
        for mine, theirs in zip(found[1:], wanted[1:], strict=True):
            assert mine.dtype == np.float32
            assert mine == pytest.approx(theirs, rel=1e-4, abs=1e-5)


def test_the_gradient_by_raw_vectors_is_that_of_autograd():
    raw = np.random.default_rng(1).normal(size=(7, DIM)).astype(np.float32)
    grad_unit = np.random.default_rng(2).normal(size=(7, DIM)).astype(np.float32)
    tensor = paddle.to_tensor(raw.astype(np.float64), stop_gradient=False)
    (paddle.nn.functional.normalize(tensor) * paddle.to_tensor(grad_unit.astype(np.float64))).sum().backward()
    units, lengths = unit(raw)
    assert grad_raw(grad_unit, units, lengths) == pytest.approx(tensor.grad.numpy(), rel=1e-4, abs=1e-6)
    assert np.einsum("ij,ij->i", grad_raw(grad_unit, units, lengths), raw) == pytest.approx(np.zeros(7), abs=1e-5)


def test_ranking_with_equal_weights_is_the_plain_cross_entropy_of_a_softmax():
    ratings = Interactions.of(np.zeros(1, int), np.array([2]), np.array([5], dtype=np.float32))
    block = Block(np.zeros(1, int), np.arange(4), np.zeros(1, int), np.array([2]), None)
    items = np.eye(4, DIM, dtype=np.float32)
    loss, grad_users, grad_items = RankingObjective(ratings, settings(preference=[1, 1], temperature=0.5))(
        items[2:3], items, block
    )
    chance = np.exp([0, 0, 2, 0]) / (3 + np.exp(2))
    assert loss == pytest.approx(-np.log(chance[2]), rel=1e-6)
    grad_logits = (chance - [0, 0, 1, 0]) / 0.5
    assert grad_users[0, :4] == pytest.approx(grad_logits, rel=1e-5)
    assert grad_items[:, 2] == pytest.approx(grad_logits, rel=1e-5)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("temperature", [0.001, 0.0069, 0.0167, 10.0])
def test_any_temperature_gives_numbers(temperature, share):
    ratings, config = rated(9, 13, 40, 1), settings(temperature=temperature, seen_share=[share])
    objective = RankingObjective(ratings, config)
    [block] = blocks_of(ratings, 9, 13, size=9)
    count, ahead = len(block.users), units(1, 3)
    people = [units(count, 0), np.zeros((count, DIM), dtype=np.float32), np.tile(-ahead, (count, 1))]
    for users, items in zip(people, [units(13, 1), units(13, 1), np.tile(ahead, (13, 1))], strict=True):
        found = objective(users, items, block)
        wanted = by_autograd(cross_entropy(ratings, block, config), users, items)
        assert found[0] == pytest.approx(wanted[0], rel=1e-3)
        assert found[1] == pytest.approx(wanted[1], rel=1e-3, abs=1e-3 / temperature)


@pytest.mark.parametrize("temperature", [0.001, 0.2])
def test_of_a_user_who_has_all_items_each_item_is_compared_with_the_shares_of_the_others(temperature):
    ratings = Interactions.of(np.zeros(3, int), np.arange(3), np.full(3, 5, dtype=np.float32))
    [block] = blocks_of(ratings, 1, 3)
    user, items = units(1, 0), units(3, 1)
    for share in (0.0, 0.3):
        config = settings(temperature=temperature, seen_share=[share])
        found = RankingObjective(ratings, config)(user, items, block)
        wanted = by_autograd(cross_entropy(ratings, block, config), user, items)
        assert found[0] == pytest.approx(wanted[0], rel=1e-3, abs=1e-6)
        for mine, theirs in zip(found[1:], wanted[1:], strict=True):
            assert mine == pytest.approx(theirs, rel=1e-3, abs=1e-3 / temperature)
        assert share or not any(np.any(each) for each in found[1:]), "without a share nothing is left to compare with"


def test_users_count_by_the_root_of_their_ratings():
    ratings = Interactions.of(np.array([0, 1, 1, 1, 1]), np.array([0, 0, 1, 2, 3]), np.full(5, 5, dtype=np.float32))
    [block] = blocks_of(ratings, 2, 4)
    nothing = np.zeros((2, DIM), dtype=np.float32), np.zeros((4, DIM), dtype=np.float32)
    loss, *_ = RankingObjective(ratings, settings(preference=[0, 1]))(*nothing, block)
    assert loss == pytest.approx((1 + np.sqrt(4)) * np.log(4) / 2, rel=1e-6)


def test_users_who_like_nothing_do_not_train_ranking():
    ratings = Interactions.of(np.array([0, 1]), np.array([0, 1]), np.array([1, 5], dtype=np.float32))
    [block] = blocks_of(ratings, 2, 3)
    shy = int(np.flatnonzero(block.users == 0)[0])
    loss, grad_users, _ = RankingObjective(ratings, settings(preference=[0, 1]))(units(2, 0), units(3, 1), block)
    assert np.isfinite(loss)
    assert not grad_users[shy].any()
    assert grad_users[1 - shy].any()


def test_rating_only_sees_rated_cells():
    ratings = rated(5, 8, 12, seed=3)
    objective = RatingObjective(ratings, settings())
    for block in blocks_of(ratings, 5, 8, size=2):
        users, items = units(len(block.users), 0), units(8, 1)
        loss, grad_users, grad_items = objective(users, items, block)
        unrated = np.setdiff1d(np.arange(8), ratings.items[block.rows])
        assert len(unrated)
        assert not grad_items[unrated].any()
        moved = items.copy()
        moved[unrated] = units(len(unrated), 9)
        again = objective(users, moved, block)
        assert (again[0], again[1].tolist()) == (loss, grad_users.tolist())


def test_a_perfect_prediction_loses_nothing():
    ratings = Interactions.of(np.array([0, 0]), np.array([0, 1]), np.array([4.9, 1.9], dtype=np.float32))
    [block] = blocks_of(ratings, 1, 2)
    items = np.array([[0.25, 0, 0], [-0.25, 0, 0]], dtype=np.float32)
    loss, grad_users, _ = RatingObjective(ratings, settings())(np.eye(1, 3, dtype=np.float32), items, block)
    assert loss == pytest.approx(0, abs=1e-10)
    assert grad_users == pytest.approx(np.zeros((1, 3)), abs=1e-5)


def test_a_mean_over_all_blocks_is_the_mean_squared_error():
    ratings = rated(8, 10, 40, seed=1)
    objective = RatingObjective(ratings, settings(rating_weight=1.0))
    users, items = units(8, 0), units(10, 1)
    losses = [objective(users[block.users], items, block)[0] for block in blocks_of(ratings, 8, 10, size=4)]
    errors = MAP.slope * (users @ items.T)[ratings.users, ratings.items] + MAP.intercept - ratings.values
    assert np.mean(losses) == pytest.approx(np.mean(errors**2), rel=1e-5)


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_of_a_sample_of_items_the_expected_partition_is_that_of_all(share):
    """What a user's softmaxes are divided by, in many drawn blocks, against the sums over the whole catalogue."""
    users, items, temperature = 400, 300, 0.5
    ratings = rated(users, items, 2400, seed=5)
    config = settings(preference=[1, 1], temperature=temperature, seen_share=[share])
    objective, drawn = RankingObjective(ratings, config), Blocks(ratings, users, 50, 60)
    vectors, item_vectors = units(users, 0), units(items, 1)
    logits = (vectors @ item_vectors.T).astype(np.float64) / temperature
    own = [np.flatnonzero(ratings.users == user) for user in range(users)]
    weights = np.ones((users, items))
    weights[ratings.users, ratings.items] = share
    partition = (weights * np.exp(logits)).sum(axis=1, keepdims=True) + (1 - share) * np.exp(logits)
    random, ratios = np.random.default_rng(7), [[] for _ in range(users)]
    for block in (block for _ in range(40) for block in drawn(random)):
        for user in block.users:
            rated_by = ratings.items[own[user]]
            alone = Block(block.users[:1], block.items, own[user], np.searchsorted(block.items, rated_by), block.log_q)
            loss, *_ = objective(vectors[user : user + 1], item_vectors[block.items], alone)
            each = loss / np.sqrt(len(rated_by)) + logits[user, rated_by].mean()  # every weight is 1 / root of the sum
            ratios[user].append(np.exp(each - np.log(partition[user, rated_by]).mean()))
    ratios = [each for each in ratios if each]  # a few users have no ratings
    means = np.array([np.mean(each) for each in ratios])
    errors = np.array([np.std(each) / np.sqrt(len(each)) for each in ratios])
    assert means.mean() == pytest.approx(1, abs=0.02)
    assert (np.abs(means - 1) < 0.02 + 4.5 * errors).all()
    assert errors.max() < 0.03


@pytest.mark.parametrize(
    ("ratings", "scale", "expected"),
    [
        ([1, 2, 3, 4, 5], (1, 5), [0, 0, 0.3, 1, 1.3]),
        ([3.5, 4.5], (1, 5), [0.65, 1.15]),
        ([0.5, 2.75, 3.875, 5], (0.5, 5), [0, 0.3, 1, 1.3]),
        ([0, 50, 75, 100], (0, 100), [0, 0.3, 1, 1.3]),
        ([-1, 0, 0.5, 1], (-1, 1), [0, 0.3, 1, 1.3]),
    ],
)
def test_preference_goes_by_steps_of_any_scale(ratings, scale, expected):
    found = rating_preference(np.array(ratings, dtype=np.float32), scale, [0, 0, 0.3, 1, 1.3])
    assert found == pytest.approx(expected)


def test_a_scale_of_another_length_gives_the_same_loss():
    five, hundred = rated(5, 8, 20, seed=2), rated(5, 8, 20, seed=2)
    hundred = Interactions.of(hundred.users, hundred.items, (hundred.values - 1) * 25)
    [block] = blocks_of(five, 5, 8, size=5)
    vectors = units(5, 0), units(8, 1)
    one, other = RankingObjective(five, settings()), RankingObjective(hundred, settings((0, 100)))
    assert one(*vectors, block)[0] == pytest.approx(other(*vectors, block)[0], rel=1e-6)


@pytest.mark.parametrize(
    ("objective", "expected"), [("rating", ["rating"]), ("ranking", ["ranking"]), ("both", ["ranking", "rating"])]
)
def test_an_objective_adds_up_the_losses_that_are_registered_for_it(objective, expected):
    made = make_objectives(objective, rated(3, 4, 6, seed=0), settings(ranking_decay=0.1, rating_decay=0.2))
    assert list(made) == purposes(objective) == expected
    assert needs_scale(objective) == ("rating" in expected)
    assert [each.decay for each in made.values()] == [{"ranking": 0.1, "rating": 0.2}[name] for name in expected]


def test_a_config_accepts_the_names_of_all_objectives():
    assert set(get_args(Objective)) == {"auto", *OBJECTIVES}


def test_weights_of_implicit_feedback_count_relative_to_the_mean_of_those_above_0():
    weights = np.array([0.1, 0.1, 0.4, 1, 0, -2], dtype=np.float32)
    found = interaction_weights(weights, None, [0, 1])
    assert found[:4].mean() == pytest.approx(1)
    assert found == pytest.approx([0.25, 0.25, 1, 2.5, 0, 0])
    assert interaction_weights(10 * weights, None, [0, 1]) == pytest.approx(found, rel=1e-6)


@pytest.mark.parametrize("weight", [0, -1])
def test_an_interaction_without_weight_teaches_ranking_nothing(weight):
    pair = Interactions.of(np.zeros(2, int), np.array([0, 1]), np.array([1, weight], dtype=np.float32))
    users, items, indices = units(1, 0), units(3, 1), np.array([0, 1])
    found, alone = (
        RankingObjective(pair.take(rows), settings(None))(
            users, items, Block(np.zeros(1, int), np.arange(3), rows, rows, None)
        )
        for rows in (indices, indices[:1])
    )
    for one, other in zip(found, alone, strict=True):
        assert one == pytest.approx(other, rel=1e-5)


def test_weights_that_are_all_0_are_refused():
    with pytest.raises(TrainingError, match=r"all 3 interactions .* weight 0.*dataset\.interactions\.weights"):
        interaction_weights(np.array([0, 0, -1], dtype=np.float32), None, [0, 1])
