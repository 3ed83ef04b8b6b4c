"""How sure predicted ratings are, measured: by the model's own deviations, in policies, gates and the report."""

from __future__ import annotations

import re

import numpy as np
import pytest

from towhee_recsys import load_bundle, recommend_pipeline
from towhee_recsys.bundle import UserEncoder, item_variances
from towhee_recsys.config.interactions import Feedback
from towhee_recsys.data import read_dataset
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.evaluate import MODEL, evaluate_model
from towhee_recsys.evaluation.gates import OURS, failures, read_gates
from towhee_recsys.evaluation.report.uncertainty import std_bins, uncertainty
from towhee_recsys.evaluation.report.write import render
from towhee_recsys.evaluation.scorer import ModelScorer


@pytest.fixture(scope="module")
def sure(sure_config):
    """The evaluation of a model with planted variances, and of its lists of sure items."""
    return evaluate_model(sure_config, policies=["max_std=0.8"])


def test_deviations_are_those_of_recommendations(sure_config):
    dataset, bundle = read_dataset(sure_config.dataset), load_bundle(sure_config.model.dir)
    scorer = ModelScorer(bundle, dataset)
    items = recommend_pipeline(sure_config)({"user_id": 10001}).get()[0]
    rows = {key: row for row, key in enumerate(dataset.item_ids.tolist())}
    user = dataset.user_ids.tolist().index(10001)
    asked = Interactions.of([user] * len(items), [rows[item["movie_id"]] for item in items], [3.0] * len(items))
    assert scorer.deviate(asked) == pytest.approx([item["predicted_rating_std"] for item in items])


def test_lists_of_sure_items_have_the_best_of_them(sure_config, sure):
    """Each list of the policy is the sure part of all items, the best first."""
    bundle, task, dataset = load_bundle(sure_config.model.dir), sure.tasks[0], sure.dataset
    part = task.questions[0].part(slice(0, 40))
    scores = ModelScorer(bundle, dataset).score(part)
    of_users = UserEncoder(bundle).variances([{"user_id": key} for key in dataset.user_ids[part.users].tolist()])
    of_items = np.array([item_variances(bundle).of(key) for key in dataset.item_ids.tolist()])
    allowed = (np.sqrt(of_users[:, None] * of_items) <= 0.8) & ~part.excluded.toarray()
    lists = sure.policies["max_std=0.8"].runs[0].lists[task.questions[0].name]
    for row in range(40):
        best = [item for item in np.argsort(-scores[row], kind="stable")[:400] if allowed[row, item]]
        assert lists[row][lists[row] >= 0].tolist() == best[:20]


def test_coverage_is_measured_on_the_test_part(sure):
    run, task = sure.models[MODEL].runs[0], sure.tasks[0]
    inside = np.abs(task.test.values - run.predictions) <= 1.2815515 * run.stds
    assert run.metrics["interval_coverage@80"] == pytest.approx(inside.mean())
    assert run.metrics["mean_std"] == pytest.approx(run.stds.mean())
    assert all("mean_std" not in each.metrics for each in sure.baselines.values())


def test_gates_of_coverage(sure):
    def failed(text):
        gates = read_gates({"interval_coverage@80": text}, "rating-90-10", Feedback((1, 5), 4))
        return failures(gates, {OURS: sure.models[MODEL].metrics})

    assert failed(">= 0.01") == []
    [sentence] = failed(">= 0.9999")
    assert "interval_coverage@80 is 0." in sentence
    gates = read_gates({"interval_coverage@80": ">= 0.75"}, "rating-90-10", Feedback((1, 5), 4))
    [sentence] = failures(gates, {OURS: {"rmse": 0.9}})
    assert "the model has none: it has no teacher (training.teacher)" in sentence


def test_the_report_has_intervals_and_bins(sure):
    found = uncertainty(sure)
    run = sure.models[MODEL].runs[0]
    assert found.models[0].shares == {share / 100: run.metrics[f"interval_coverage@{share}"] for share in (50, 80, 95)}
    page = render(sure)
    assert "How sure predicted ratings are" in page
    assert f"{100 * run.metrics['interval_coverage@80']:.1f} %" in page
    assert re.search(r"<svg[^>]*aria-label=\"RMSE by predicted standard deviation\"", page)


def test_bins_are_of_equal_size_and_the_surest_first(sure):
    run, task = sure.models[MODEL].runs[0], sure.tasks[0]
    bins = std_bins(run, task)
    assert len(bins) == 10
    assert (np.diff([each.std for each in bins]) >= 0).all()
    assert np.mean([each.std for each in bins]) == pytest.approx(run.stds.mean(), rel=0.02)


def test_a_policy_of_sure_items_needs_a_model_that_knows(unsure_config):
    with pytest.raises(EvaluationError, match=r"does not know how sure.*training\.teacher"):
        evaluate_model(unsure_config, policies=["max_std=0.8"])
