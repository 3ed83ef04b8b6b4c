from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.baselines import BASELINES, SideInformation
from towhee_recsys.evaluation.baselines import similarity as similarities

NONE = SideInformation(None, None)


def test_popularity_counts_likes(task_of, question_of):
    table = np.array([[5, 3, 0], [4, 3, 0], [1, 3, 4]])
    assert BASELINES["popularity"].ranker(task_of(table), NONE)(question_of(table[:2])).tolist() == [[2, 0, 1]] * 2


def test_random_goes_by_seed_and_user(task_of, question_of, ratings_table):
    question = question_of(ratings_table)
    one, other = (BASELINES["random"].ranker(task_of(ratings_table, seed), NONE) for seed in (1, 2))
    assert not np.array_equal(one(question), other(question))
    backwards = question_of(ratings_table, np.arange(300)[::-1])
    assert np.array_equal(one(backwards)[::-1], one(question))
    assert len(np.unique(one(question))) > 7100


def test_a_group_has_its_own_favourites_and_a_small_one_follows_all_users(task_of, question_of):
    table = np.zeros((2003, 3), dtype=np.int64)
    table[:1000, 0], table[1000:2000, 1], table[2000:, 2] = 5, 5, 5
    groups = np.repeat([0, 1, 2], [1000, 1000, 3])
    scores = BASELINES["group_popularity"].ranker(task_of(table), SideInformation(groups, None))(question_of(table))
    assert [scores[user].argmax() for user in (0, 1500)] == [0, 1]
    assert scores[2000, 0] > scores[2000, 2], "three users are not yet a group taste"
    overall = 1000 / 2003
    assert scores[0, 0] == pytest.approx((1000 + 1000 * overall) / 2000)


def test_ease_is_the_closed_form(task_of, question_of, ratings_table):
    weights = ratings_table / 5
    inverse = np.linalg.inv(weights.T @ weights + 800 * np.eye(24))
    expected = np.eye(24) - inverse / np.diag(inverse)  # Steck 2019, equation 8
    assert np.diag(expected) == pytest.approx(0)
    scores = BASELINES["ease"].ranker(task_of(ratings_table), NONE)(question_of(ratings_table))
    assert scores == pytest.approx(weights @ expected, rel=1e-3, abs=1e-6)


def test_ease_of_too_many_items(task_of, ratings_table):
    with pytest.raises(EvaluationError, match=r"takes 20,000 items at most, and the dataset has 20,001; leave it out"):
        BASELINES["ease"].ranker(replace(task_of(ratings_table), items=20_001), NONE)


def test_cosines_by_hand(task_of, question_of):
    table = np.array([[5, 5, 0], [5, 0, 5], [0, 5, 5], [5, 5, 0]])
    scores = BASELINES["item_knn"].ranker(task_of(table), NONE)(question_of(np.array([[5, 0, 0]])))
    assert scores[0] == pytest.approx([0, 2 / (3 + 50), 1 / (6**0.5 + 50)], rel=1e-5)


def test_only_the_nearest_take_part(task_of, question_of, ratings_table, monkeypatch):
    monkeypatch.setattr(similarities, "BLOCK", 5)
    weights = ratings_table / 5
    norms = np.sqrt((weights**2).sum(axis=0))
    cosines = weights.T @ weights / (np.outer(norms, norms) + 50)
    np.fill_diagonal(cosines, 0)
    cosines[cosines < np.sort(cosines, axis=0)[-3]] = 0
    scores = BASELINES["item_knn"].ranker(task_of(ratings_table), NONE, neighbours=3)(question_of(ratings_table))
    assert scores == pytest.approx(weights @ cosines, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("name", ["item_knn", "ease"])
def test_planted_blocks_are_found(name, task_of, question_of):
    rng = np.random.default_rng(3)
    same = np.arange(300)[:, None] % 3 == np.arange(30) % 3
    table = 5 * (same & (rng.random(same.shape) < 0.6))
    assert table.any(axis=1).all()
    scores = BASELINES[name].ranker(task_of(table), NONE)(question_of(table))
    assert (np.where(same, scores, np.inf).min(axis=1) > np.where(same, -np.inf, scores).max(axis=1)).all()


def test_a_profile_finds_items_without_ratings(task_of, question_of):
    contents = np.eye(2, dtype=np.float32)[np.arange(400) % 2]
    table = np.zeros((20, 400), dtype=np.int64)
    table[:10, 0:390:2], table[10:, 1:390:2] = 5, 4
    table[:10, 1:390:2] = 1  # what is rated but not liked is no like
    scores = BASELINES["content_profile"].ranker(task_of(table), SideInformation(None, contents))(question_of(table))
    favourite = np.repeat([0, 1], 10)
    assert ((scores[:, 390:392].argmax(axis=1)) == favourite).all()


def test_users_who_liked_nothing_get_the_mean_profile(task_of, question_of, ratings_table, some_side_information):
    score = BASELINES["content_profile"].ranker(task_of(ratings_table), some_side_information)
    lines = np.zeros((2, 24))
    lines[1, 3] = 1
    scores = score(question_of(lines, known=False))
    assert np.array_equal(scores[0], scores[1])
    with_likes = ratings_table[(ratings_table >= 4).any(axis=1)]
    assert scores[0] == pytest.approx(score(question_of(with_likes)).sum(axis=0), rel=1e-3)
