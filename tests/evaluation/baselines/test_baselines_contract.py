"""What holds for every ranker and every rater."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.baselines import BASELINES, SideInformation

RANKERS = [name for name, each in BASELINES.items() if each.ranker]
RATERS = [name for name, each in BASELINES.items() if each.rater]
LIBRARIES = {"ials": "implicit", "bpr": "implicit", "svd": "surprise", "svdpp": "surprise"}
HISTORY_ALONE = ["item_knn", "ease", "content_profile", "ials", "bpr"]

ranked = pytest.mark.parametrize("name", RANKERS)
rated = pytest.mark.parametrize("name", RATERS)


def fit(name, task, side):
    baseline = BASELINES[name]
    return (baseline.ranker or baseline.rater)(task, side)


@pytest.fixture
def fitted(task_of, ratings_table, some_side_information):
    def fitted(name):
        if name in LIBRARIES:
            pytest.importorskip(LIBRARIES[name])
        return fit(name, task_of(ratings_table), some_side_information)

    return fitted


@pytest.fixture
def ratings():
    rng = np.random.default_rng(7)
    return Interactions.of(
        np.sort(rng.integers(0, 300, 200)), rng.integers(0, 24, 200), np.zeros(200, dtype=np.float32)
    )


@ranked
def test_scores_are_finite_numbers_for_each_user_and_item(name, fitted, question_of, ratings_table):
    scores = fitted(name)(question_of(ratings_table))
    assert (scores.shape, scores.dtype) == ((300, 24), np.float32)
    assert np.isfinite(scores).all()


@ranked
def test_a_question_in_parts_has_the_same_answer(name, fitted, question_of, ratings_table):
    score, question = fitted(name), question_of(ratings_table)
    parts = [score(question.part(slice(start, start + 70))) for start in range(0, 300, 70)]
    assert np.concatenate(parts) == pytest.approx(score(question), rel=1e-4, abs=1e-5)


@ranked
def test_no_users(name, fitted, question_of, ratings_table):
    assert fitted(name)(question_of(ratings_table[:0])).shape == (0, 24)


@ranked
def test_the_same_seed_gives_the_same_scores(name, fitted, question_of, ratings_table):
    assert np.array_equal(fitted(name)(question_of(ratings_table)), fitted(name)(question_of(ratings_table)))


@ranked
def test_scores_can_be_changed_by_the_caller(name, fitted, question_of, ratings_table):
    score, question = fitted(name), question_of(ratings_table)
    first = score(question).copy()
    score(question)[:] = -np.inf
    assert np.array_equal(score(question), first)


@ranked
def test_unknown_users_without_history_get_scores(name, fitted, question_of, ratings_table):
    scores = fitted(name)(question_of(np.zeros((3, 24)), known=False))
    assert np.isfinite(scores).all()
    assert (np.ptp(scores, axis=1) > 0).all()


@pytest.mark.parametrize("name", HISTORY_ALONE)
def test_of_unknown_users_the_history_alone_counts(name, fitted, question_of, ratings_table):
    score, lines = fitted(name), ratings_table[[4, 4, 9]]
    here, there = (score(question_of(lines, np.array(users), known=False)) for users in ([0, 1, 2], [250, 30, 4]))
    assert here == pytest.approx(there, rel=1e-5, abs=1e-6)
    assert here[0] == pytest.approx(here[1], rel=1e-5, abs=1e-6)
    assert here[0] != pytest.approx(here[2], rel=1e-3)


@pytest.mark.parametrize("name", ["item_knn", "ease", "ials", "bpr"])
def test_without_history_the_popular(name, fitted, question_of):
    question = question_of(np.zeros((2, 24)), known=False)
    assert np.array_equal(fitted(name)(question), fitted("popularity")(question))


@rated
def test_predictions_are_finite_and_within_the_scale(name, fitted, ratings):
    predicted = fitted(name)(ratings)
    assert (predicted.shape, predicted.dtype) == ((200,), np.float64)
    assert (predicted >= 1).all()
    assert (predicted <= 5).all()


@rated
def test_ratings_in_parts_have_the_same_prediction(name, fitted, ratings):
    predict = fitted(name)
    parts = [predict(ratings.take(np.arange(start, start + 50))) for start in range(0, 200, 50)]
    assert np.array_equal(np.concatenate(parts), predict(ratings))


@rated
def test_the_ratings_to_predict_are_not_used(name, fitted, ratings):
    other = Interactions.of(ratings.users, ratings.items, np.full(200, 5, dtype=np.float32))
    assert np.array_equal(fitted(name)(other), fitted(name)(ratings))


@rated
def test_no_ratings(name, fitted, ratings):
    assert fitted(name)(ratings.take(np.zeros(0, dtype=np.int64))).shape == (0,)


@rated
def test_unknown_users_and_items_get_ratings(name, task_of, ratings_table, some_side_information):
    if name in LIBRARIES:
        pytest.importorskip(LIBRARIES[name])
    known = ratings_table.copy()
    known[250:] = 0
    predict = fit(name, task_of(known), some_side_information)
    unknown = Interactions.of(np.array([255, 255, 3]), np.array([2, 23, 23]), np.zeros(3, dtype=np.float32))
    assert ((predict(unknown) >= 1) & (predict(unknown) <= 5)).all()


@pytest.mark.parametrize("name", ["group_popularity", "content_profile"])
def test_the_error_says_what_the_dataset_lacks(name, task_of, ratings_table):
    with pytest.raises(EvaluationError, match=rf"^{name} needs .*: declare .*, or leave this baseline out\.$"):
        fit(name, task_of(ratings_table), SideInformation(None, None))


@pytest.mark.parametrize("name", [name for name, each in BASELINES.items() if each.external])
def test_a_missing_library(name, task_of, ratings_table, some_side_information, monkeypatch):
    for module in ("implicit", "surprise", "threadpoolctl"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(EvaluationError, match=r"^this baseline needs .*: pip install 'towhee_recsys\[peers\]'"):
        fit(name, task_of(ratings_table), some_side_information)
