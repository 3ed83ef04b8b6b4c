"""The baselines on the real MovieLens 1M: as good as they are known to be."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys import load_config, read_dataset
from towhee_recsys.evaluation.baselines import BASELINES, side_information
from towhee_recsys.protocols import make_task

pytestmark = [pytest.mark.ml1m, pytest.mark.slow]


@pytest.fixture(scope="module")
def config(ml1m_dir):
    return load_config("movielens_1m", dataset={"path": str(ml1m_dir)})


@pytest.fixture(scope="module")
def dataset(config):
    return read_dataset(config.dataset)


@pytest.fixture(scope="module")
def drawn(dataset):
    return lambda protocol: make_task(protocol, dataset, seed=42, validation=0)


def ndcg_at_10(score, question):
    """By the definition, of a thousand users: a list's gain against that of the best possible."""
    question = question.part(slice(0, 1000))
    scores = np.where(question.candidates, score(question), -np.inf)
    scores[question.excluded.toarray()] = -np.inf
    top = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    relevant, discounts = question.relevant.toarray(), 1 / np.log2(np.arange(2, 12))
    ideal = np.cumsum(discounts)[np.minimum(relevant.sum(axis=1), 10) - 1]
    return float(np.mean(np.take_along_axis(relevant, top, axis=1) @ discounts / ideal))


@pytest.mark.parametrize(
    ("protocol", "figures"),
    [
        ("ranking-80-20", {"random": 0.0, "popularity": 0.15, "item_knn": 0.31, "ease": 0.38}),
        ("cold-users", {"popularity": 0.37, "group_popularity": 0.40}),
        ("cold-items", {"random": 0.03, "content_profile": 0.17}),
    ],
)
def test_lists_are_as_good_as_known(protocol, figures, drawn, dataset, config):
    task, known = drawn(protocol), side_information(config.features, dataset)
    reached = {name: ndcg_at_10(BASELINES[name].ranker(task, known), task.questions[0]) for name in figures}
    assert all(reached[name] >= least for name, least in figures.items()), reached
    assert list(reached) == sorted(reached, key=reached.get), reached


def test_ratings_are_as_good_as_known(drawn, dataset, config):
    task, known = drawn("rating-90-10"), side_information(config.features, dataset)
    errors = {
        name: BASELINES[name].rater(task, known)(task.test) - task.test.values
        for name in ("mean_rating", "item_mean", "biases")
    }
    reached = {name: float(np.sqrt(np.mean(error**2))) for name, error in errors.items()}
    assert reached["biases"] <= 0.91
    assert reached["biases"] < reached["item_mean"] - 0.05 < reached["mean_rating"]
