"""Distillation by small matrices gives what its definition over all cells gives."""

from __future__ import annotations

import numpy as np
import pytest

from tests.model.test_objectives import DIM, MAP, blocks_of, by_autograd, rated, settings, units
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.objectives import Distillation, NewItems
from towhee_recsys.model.objectives.rating import FoldInRating, RatingObjective
from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.model.teacher import Teacher

USERS, ITEMS, RANK = 9, 13, 4


def teacher_of(users: int = USERS, items: int = ITEMS, mean: float = 3.1, rank: int = RANK) -> Teacher:
    """A teacher at random, whose mean is not the map's intercept."""
    random = np.random.default_rng(11)
    left, right = (random.normal(0, 0.7, (rows, rank)).astype(np.float32) for rows in (users, items))
    return Teacher(mean, left, right, np.zeros(users, np.float32), np.zeros(items, np.float32), 0.7)


def with_teacher(**training):
    return settings(teacher={"weight": 0.8}, **training)


def by_definition(ratings: Interactions, block, config, teacher: Teacher):
    """The weighted squared error against the teacher over all cells of the block."""
    counts = np.bincount(ratings.items, minlength=len(teacher.items))
    weights = (np.sqrt(counts) / np.sqrt(counts).sum())[block.items]
    if block.log_q is not None:
        weights = weights / np.exp(block.log_q.astype(np.float64))
    wanted = teacher.mean + teacher.users[block.users].astype(np.float64) @ teacher.items[block.items].T

    def loss(users, items):
        errors = MAP.slope * (users @ items.T) + MAP.intercept - paddle.to_tensor(wanted)
        scale = config.training.rating_weight * config.training.teacher.weight / len(users)
        return scale * (paddle.to_tensor(weights) * errors**2).sum()

    return loss


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("sampled", [1000, 5])
def test_value_and_gradients_are_those_of_autograd_over_all_cells(sampled, seed):
    ratings, config, teacher = rated(USERS, ITEMS, 40, seed), with_teacher(), teacher_of()
    distillation = Distillation(ratings, config, teacher)
    for block in blocks_of(ratings, USERS, ITEMS, sampled=sampled, seed=seed):
        users, items = units(len(block.users), seed), units(len(block.items), seed + 50)
        found = distillation(users, items, block)
        wanted = by_autograd(by_definition(ratings, block, config, teacher), users, items)
        assert found[0] == pytest.approx(wanted[0], rel=1e-5)
        for mine, theirs in zip(found[1:], wanted[1:], strict=True):
            assert mine.dtype == np.float32
            assert mine == pytest.approx(theirs, rel=1e-4, abs=1e-5)


def test_gradients_are_finite_differences():
    ratings, config = rated(USERS, ITEMS, 40, 1), with_teacher()
    distillation = Distillation(ratings, config, teacher_of())
    [block] = blocks_of(ratings, USERS, ITEMS, size=USERS)
    given = [units(len(block.users), 1), units(len(block.items), 2)]
    _, *gradients = distillation(*given, block)
    random, step = np.random.default_rng(3), 1e-2
    for side in range(2):
        direction = random.normal(size=given[side].shape).astype(np.float32)
        ends = []
        for sign in (1, -1):
            moved = list(given)
            moved[side] = given[side] + sign * step * direction
            ends.append(distillation(*moved, block)[0])
        assert np.vdot(gradients[side], direction) == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-3)


def test_a_student_that_predicts_as_the_teacher_loses_nothing_within_float32():
    """The error is a difference of large sums here: it must not drown in their rounding."""
    random, users, items, rank = np.random.default_rng(0), 60, 400, 16
    ratings = rated(users, items, 3000, 2)
    wide = [random.normal(0, 0.05, (rows, rank)).astype(np.float32) for rows in (users, items)]
    teacher = Teacher(MAP.intercept, np.float32(MAP.slope) * wide[0], wide[1], np.zeros(users), np.zeros(items), 0.7)
    [block] = blocks_of(ratings, users, items, size=users)
    loss, grad_users, grad_items = Distillation(ratings, with_teacher(), teacher)(
        wide[0][block.users], wide[1][block.items], block
    )
    assert loss == pytest.approx(0, abs=1e-8)
    assert np.abs(grad_users).max() < 1e-6
    assert np.abs(grad_items).max() < 1e-6


def test_items_count_by_the_root_of_their_ratings():
    ratings = Interactions.of(np.arange(5), [0, 0, 0, 0, 1], np.full(5, 4.0))
    [block] = blocks_of(ratings, 5, 3, size=5)
    nothing = np.zeros((5, DIM), dtype=np.float32), np.zeros((len(block.items), DIM), dtype=np.float32)
    losses = []
    for item in range(2):  # the teacher's ratings of this item are one point above the mean, and no others are
        users, items = np.ones((5, 1), np.float32), np.eye(3, dtype=np.float32)[:, [item]]
        teacher = Teacher(MAP.intercept, users, items, np.zeros(5), np.zeros(3), 0.7)
        losses.append(Distillation(ratings, with_teacher(rating_weight=1.0), teacher)(*nothing, block)[0])
    assert losses == pytest.approx([0.8 * 2 / 3, 0.8 / 3], rel=1e-5)


def test_with_a_teacher_ratings_count_the_rest_and_the_training_rmse_is_theirs():
    ratings, [block] = rated(8, 10, 40, seed=1), blocks_of(rated(8, 10, 40, seed=1), 8, 10, size=8)
    users, items = units(len(block.users), 0), units(len(block.items), 1)
    alone, beside = (RatingObjective(ratings, config) for config in (settings(teacher=None), with_teacher()))
    whole, part = alone(users, items, block), beside(users, items, block)
    for one, other in zip(whole, part, strict=True):
        assert other == pytest.approx(0.2 * np.asarray(one), rel=1e-5)
    assert beside.training_figures(part[0]) == pytest.approx(alone.training_figures(whole[0]))


def test_folding_in_weighs_ratings_as_training_does():
    new, past = NewItems(np.array([2, 3]), np.array([5.0, 1.0], dtype=np.float32)), 4
    [user], items, [moved] = units(1, 0), units(5, 1), units(1, 7)
    alone, beside = (
        FoldInRating(new, past, user, items, config).gradient(moved)
        for config in (settings(teacher=None), with_teacher())
    )
    assert beside == pytest.approx(0.2 * alone, rel=1e-5)
