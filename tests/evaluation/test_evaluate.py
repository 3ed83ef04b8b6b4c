from __future__ import annotations

import json

import numpy as np
import pytest

from towhee_recsys import evaluate
from towhee_recsys.config import load_config
from towhee_recsys.data import read_dataset
from towhee_recsys.errors import ConfigError, EvaluationError
from towhee_recsys.evaluation.baselines import BASELINES, Baseline
from towhee_recsys.evaluation.evaluate import MODEL, as_json
from towhee_recsys.evaluation.scorer import ModelScorer
from towhee_recsys.metrics import interval, paired_test, rmse

RANKERS = {name for name, each in BASELINES.items() if each.kind == "ranker"}
RATERS = {name for name, each in BASELINES.items() if each.kind == "rater"}


def test_the_json_form(quick):
    found = as_json(quick)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert [*found] == [
        *("protocol", "seed", "seeds", "ratings", "users", "removed", "model_id"),
        *("metrics", "intervals", "significance", "policies", "baselines"),
    ]
    assert (found["protocol"], found["seed"], found["seeds"]) == ("rating-90-10", 42, [42])
    assert found["ratings"] == len(quick.tasks[0].test)
    assert found["users"] == len(quick.tasks[0].questions[0].users)
    assert found["model_id"] == quick.models[MODEL].bundles[0].model_id
    assert [*found["metrics"]][:2] == ["rmse", "mae"]
    assert {"ndcg@10", "recall@20", "coverage@10", "diversity@10", "novelty@10", "gini@10"} <= found["metrics"].keys()


def test_all_baselines_have_the_metrics_of_their_kind(quick):
    baselines = as_json(quick)["baselines"]
    assert baselines.keys() <= RANKERS | RATERS
    assert {"random", "popularity", "item_knn", "ease", "mean_rating", "item_mean", "biases"} <= baselines.keys()
    for name, metrics in baselines.items():
        assert ("rmse" in metrics, "ndcg@10" in metrics) == (name in RATERS, name in RANKERS)


def test_baselines_by_hand(quick):
    task = quick.tasks[0]
    by_mean = np.full(len(task.test), task.train.values.mean(dtype=np.float64))
    assert quick.baselines["mean_rating"].metrics["rmse"] == pytest.approx(rmse(by_mean, task.test.values))
    counts = np.bincount(task.train.items[task.train.values >= task.liked], minlength=task.items)
    question, lists = task.questions[0], quick.baselines["popularity"].runs[0].lists[""]
    for row, seen in enumerate(question.excluded):
        allowed = np.setdiff1d(np.arange(task.items), seen.indices)
        assert sorted(counts[lists[row]], reverse=True) == sorted(counts[allowed], reverse=True)[: len(lists[row])]


def test_the_models_metrics_are_those_of_its_scores_and_predictions(quick, quick_config):
    task, ours = quick.tasks[0], quick.models[MODEL]
    scorer = ModelScorer(ours.bundles[0], read_dataset(quick_config.dataset))
    assert ours.metrics["rmse"] == pytest.approx(rmse(scorer.predict(task.test), task.test.values))
    first, question = ours.runs[0].lists[""][:, 0], task.questions[0]
    scores = np.array(scorer.score(question))
    scores[question.excluded.nonzero()] = -9
    assert (first == scores.argmax(axis=1)).all()


def test_intervals_and_significance_are_over_users(quick):
    found, run = as_json(quick), quick.models[MODEL].runs[0]
    for metric in ("rmse", "mae", "ndcg@10", "hit@20"):
        low, high = found["intervals"][metric]
        assert (low, high) == pytest.approx(interval(run.by_user[metric]))
        assert low < found["metrics"][metric] < high
    assert "coverage@10" not in found["intervals"]
    test = found["significance"]["ndcg@10"]
    assert test["against"] == max(sorted(RANKERS), key=lambda name: found["baselines"].get(name, {}).get("ndcg@10", 0))
    theirs = quick.baselines[test["against"]].runs[0].by_user["ndcg@10"]
    assert test == {"against": test["against"], **paired_test(run.by_user["ndcg@10"], theirs)}
    assert test["difference"] == pytest.approx(
        found["metrics"]["ndcg@10"] - found["baselines"][test["against"]]["ndcg@10"]
    )
    assert found["significance"]["rmse"]["against"] in RATERS


def test_a_protocols_other_questions_have_names_of_their_own(cold):
    found = as_json(cold)
    assert found["protocol"] == "cold-users"
    for metrics in (found["metrics"], found["baselines"]["popularity"]):
        assert {"ndcg@10", "ndcg@10 (5 liked)", "coverage@10 (10 liked)"} <= metrics.keys()
    assert "ndcg@10 (5 liked)" in found["intervals"]


def test_several_seeds_give_means_and_deviations(cold):
    found, runs = as_json(cold), cold.models[MODEL].runs
    assert (found["seed"], found["seeds"]) == (42, [42, 43])
    each = [run.metrics["ndcg@10"] for run in runs]
    assert each[0] != each[1]
    assert found["metrics"]["ndcg@10"] == pytest.approx(np.mean(each))
    assert found["deviations"]["ndcg@10"] == pytest.approx(np.std(each, ddof=1))
    theirs = [run.metrics["ndcg@10"] for run in cold.baselines["popularity"].runs]
    assert found["baselines"]["popularity"]["ndcg@10"] == pytest.approx(np.mean(theirs))


def test_over_several_seeds_a_user_has_one_value(cold):
    ours = cold.models[MODEL]
    first, second = (run.by_user["ndcg@10"] for run in ours.runs)
    together = ours.by_user("ndcg@10")
    assert together.shape == (cold.tasks[0].users,)
    assert (np.isnan(together) == (np.isnan(first) & np.isnan(second))).all()
    only_first = np.isnan(second) & ~np.isnan(first)
    assert (together[only_first] == first[only_first]).all()


def test_each_seed_is_measured_by_a_model_of_its_own(cold):
    assert [task.seed for task in cold.tasks] == [42, 43]
    assert [bundle.manifest.trained_on["seed"] for bundle in cold.models[MODEL].bundles] == [42, 43]


def test_the_same_again_gives_the_same(quick, quick_config, trainings):
    assert evaluate(quick_config, policies=["diversity=0.4"]) == as_json(quick)
    assert trainings == []


def test_a_baseline_that_does_not_fit_the_data_is_left_out_with_a_warning(quick_config, tmp_path, caplog):
    features = {"user": [{"kind": "id", "column": "user_id"}], "item": [{"kind": "id", "column": "movie_id"}]}
    config = load_config(quick_config, features=features, **{"model.dir": str(tmp_path / "model")})
    assert not {"group_popularity", "content_profile"} & evaluate(config)["baselines"].keys()
    assert "the baseline content_profile is left out: content_profile needs contents of items" in caplog.text


def test_unknown_names_are_reported_before_any_work(quick_config, trainings):
    with pytest.raises(ConfigError, match=r"protocol: given 'ranking', accepted: .*ranking-80-20"):
        evaluate(quick_config, protocol="ranking")
    with pytest.raises(EvaluationError) as raised:
        evaluate(quick_config, peers=["ial"])
    assert str(raised.value) == "peer 'ial' is not known. Did you mean 'ials'? Accepted: bpr, ials, svd, svdpp."
    with pytest.raises(EvaluationError, match="seeds: given 0, accepted: a whole number from 1"):
        evaluate(quick_config, seeds=0)
    assert trainings == []


def test_a_peer_that_cannot_be_had_is_an_error(quick_config, monkeypatch):

    def missing(task, side):
        raise EvaluationError("this baseline needs a library")

    monkeypatch.setitem(BASELINES, "ials", Baseline("ials", "iALS", ranker=missing, external=True))
    with pytest.raises(EvaluationError, match="this baseline needs a library"):
        evaluate(quick_config, peers=["ials"])
