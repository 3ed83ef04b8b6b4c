from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.config.interactions import Feedback
from towhee_recsys.evaluation import measure as module
from towhee_recsys.evaluation.gates import read_gates
from towhee_recsys.evaluation.measure import measure, rank_items
from towhee_recsys.metrics import METRICS, interval, mean_by_user


def by_row(question):
    """Later items score higher."""
    return np.tile(np.arange(len(question.candidates), dtype=np.float32), (len(question.users), 1))


def test_the_lists_and_their_metrics_by_hand(task_of):
    train = [[0, 0, 0, 5], [4, 0, 0, 0]]
    relevant = [[0, 1, 0, 0], [0, 1, 1, 0]]
    found = measure(task_of(train, relevant), score=by_row)
    assert found.lists[""][:, :4].tolist() == [[2, 1, 0, -1], [3, 2, 1, -1]]
    ndcg = [1 / np.log2(3), (1 / np.log2(3) + 1 / np.log2(4)) / (1 + 1 / np.log2(3))]
    assert found.by_user["ndcg@10"] == pytest.approx(ndcg)
    assert found.metrics["ndcg@10"] == pytest.approx(np.mean(ndcg))
    assert found.metrics["mrr@10"] == pytest.approx(0.5)
    assert found.metrics["coverage@10"] == 1
    assert found.predictions is None
    assert "rmse" not in found.metrics


def test_users_without_a_list_have_no_value(task_of):
    found = measure(task_of([[5, 0], [5, 0], [5, 0]], [[0, 1]] * 3, users=[2]), score=by_row)
    assert np.isnan(found.by_user["hit@10"]).tolist() == [True, True, False]
    assert found.metrics["hit@10"] == 1


def test_a_question_without_users_has_no_metrics(task_of):
    assert measure(task_of([[5, 0]], [[0, 1]], users=np.zeros(0, dtype=int)), score=by_row).metrics == {}


def test_items_that_are_no_candidates_are_not_rank_items(task_of):
    found = measure(task_of([[5, 0, 0, 0]], [[0, 1, 0, 0]], candidates=[1, 1, 1, 0]), score=by_row)
    assert found.lists[""][0, :3].tolist() == [2, 1, -1]


def test_parts_are_put_together(task_of, monkeypatch):
    random = np.random.default_rng(5)
    scores = random.random((7, 30), dtype=np.float32)
    task = task_of(random.random((7, 30)) < 0.2, random.random((7, 30)) < 0.2)
    batches = []

    def score(question):
        batches.append(len(question.users))
        return scores[question.users]

    whole = rank_items(score, task.questions[0], seed=3)
    monkeypatch.setattr(module, "BATCH", 3)
    assert (rank_items(score, task.questions[0], seed=3) == whole).all()
    assert batches == [7, 3, 3, 1]


def test_the_scores_are_not_changed(task_of):
    scores = np.ones((1, 4), dtype=np.float32)
    rank_items(lambda question: scores, task_of([[5, 0, 0, 0]], [[0, 1, 0, 0]]).questions[0], seed=1)
    assert (scores == 1).all()


def test_items_with_equal_scores_are_not_listed_by_row(task_of):
    users, items = 400, 40
    task = task_of(np.zeros((users, items)), np.ones((users, items)))
    lists = rank_items(lambda question: np.zeros((users, items), dtype=np.float32), task.questions[0], seed=1)
    counts = np.bincount(lists.ravel(), minlength=items)
    assert counts.sum() == users * 20
    assert abs(counts / (users / 2) - 1).max() < 0.25  # every item is in half of the lists
    assert (lists == rank_items(lambda question: np.zeros((users, items)), task.questions[0], seed=1)).all()


def test_errors_by_hand(task_of):
    task = task_of([[5, 5], [5, 5]], [[0, 0], [0, 0]], test=[(0, 0, 4), (0, 1, 1), (1, 0, 3)])
    found = measure(task, predict=lambda ratings: np.array([3.0, 3.0, 3.0]))
    assert found.metrics == pytest.approx({"rmse": np.sqrt(5 / 3), "mae": 1.0})
    assert found.predictions.tolist() == [3, 3, 3]
    assert found.lists == {}


def test_intervals_by_hand(task_of):
    """Errors of 1, -2, 0 and 1.5 with deviations of 1: 0.67, 1.28 and 1.96 of them make up 50, 80 and 95 percent."""
    task = task_of([[5, 5], [5, 5]], [[0, 0], [0, 0]], test=[(0, 0, 4), (0, 1, 1), (1, 0, 3), (1, 1, 4.5)])
    found = measure(task, predict=lambda ratings: np.full(4, 3.0), deviate=lambda ratings: np.ones(4))
    expected = {"interval_coverage@50": 0.25, "interval_coverage@80": 0.5, "interval_coverage@95": 0.75, "mean_std": 1}
    assert {name: found.metrics[name] for name in expected} == pytest.approx(expected)
    assert found.stds.tolist() == [1, 1, 1, 1]
    wide = measure(task, predict=lambda ratings: np.full(4, 3.0), deviate=lambda ratings: np.full(4, 2.0))
    assert wide.metrics["interval_coverage@50"] == 0.5
    assert measure(task, predict=lambda ratings: np.full(4, 3.0)).stds is None


def test_a_perfect_prediction_and_none_at_all(task_of):
    task = task_of([[5, 5]], [[0, 0]], test=[(0, 0, 4)])
    assert measure(task, predict=lambda ratings: ratings.values).metrics == {"rmse": 0, "mae": 0}
    assert measure(task).metrics == {}


def test_the_interval_of_an_error_is_that_of_a_draw_of_users():
    random = np.random.default_rng(0)
    users = np.repeat(np.arange(300), random.integers(1, 40, 300))
    errors = random.exponential(1 + users % 3)
    low, high = interval(mean_by_user(errors, users, 300))
    sums, counts = np.bincount(users, errors), np.bincount(users)
    draws = random.integers(300, size=(2000, 300))
    means = sums[draws].sum(axis=1) / counts[draws].sum(axis=1)
    assert (low + high) / 2 == pytest.approx(errors.mean())
    assert [low, high] == pytest.approx(np.quantile(means, [0.025, 0.975]), abs=0.03)


def test_gates_accept_what_is_measured(task_of):
    task = task_of([[5, 0, 0]], [[0, 1, 0]])
    names = measure(task, by_row, lambda ratings: ratings.values, deviate=lambda ratings: ratings.values).metrics
    columns = [column for each in METRICS.values() for column in each.columns]
    assert set(names) == {*columns} - {"index_recall@10"}
    gates = read_gates(dict.fromkeys(names, ">= 0"), "rating-90-10", Feedback((1, 5), 4))
    assert [gate.metric for gate in gates] == [*names]
