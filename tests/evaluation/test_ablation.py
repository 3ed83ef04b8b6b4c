from __future__ import annotations

import pytest

from towhee_recsys.config import load_config
from towhee_recsys.errors import ConfigError, EvaluationError
from towhee_recsys.evaluation import ablation
from towhee_recsys.evaluation.ablation import ALL, ablate
from towhee_recsys.evaluation.evaluate import MODEL, evaluate_model
from towhee_recsys.metrics import paired_test


def few_features(config):
    features = {
        "user": [{"kind": "id", "column": "user_id"}, {"kind": "category", "column": "gender"}],
        "item": [{"kind": "categories", "column": "genres"}],
    }
    return load_config(config, features=features)


@pytest.fixture
def config(small_config):
    return few_features(small_config("training.epochs=1"))


@pytest.fixture(scope="module")
def shared_config(small_config_in, tmp_path_factory):
    """The same, whose models serve several tests."""
    return few_features(small_config_in(tmp_path_factory.mktemp("ablation"), "training.epochs=1"))


def test_each_feature_is_left_out_once_and_the_only_one_of_a_side_stays(config, trainings, tmp_path):
    found = ablate(config, protocols=["rating-90-10"])
    assert [(each.feature, each.metric) for each in found] == [
        (feature, metric) for feature in (ALL, "user_id", "gender") for metric in ("ndcg@10", "rmse")
    ]
    folders = ["model", "model.without-user-user_id", "model.without-user-gender"]
    assert trainings == [str(tmp_path / f"{each}.rating-90-10-42") for each in folders]
    assert ablate(config, protocols=["rating-90-10"]) == found
    assert len(trainings) == 3


def test_differences_are_those_of_the_metrics(shared_config):
    config = shared_config
    found = {each.feature: each for each in ablate(config, protocols=["rating-90-10"]) if each.metric == "rmse"}
    whole = evaluate_model(config).models[MODEL]
    assert found[ALL].value == pytest.approx(whole.metrics["rmse"])
    assert found[ALL].difference == 0
    others = load_config(config, features={"user": [{"kind": "id", "column": "user_id"}]})
    without = evaluate_model(load_config(others, **{"model.dir": f"{config.model.dir}.without-user-gender"})).models[
        MODEL
    ]
    test = paired_test(without.by_user("rmse"), whole.by_user("rmse"))
    assert found["gender"].difference == pytest.approx(without.metrics["rmse"] - whole.metrics["rmse"])
    assert (found["gender"].low, found["gender"].high) == pytest.approx((test["low"], test["high"]))


def test_left_out_protocols_are_the_configs_and_the_cold_ones(shared_config, monkeypatch, caplog):
    task_of = ablation.task_of

    def picky(config, dataset):
        if config.protocol == "cold-items":
            raise EvaluationError("too few ratings")
        return task_of(config, dataset)

    monkeypatch.setattr(ablation, "task_of", picky)
    assert {each.protocol for each in ablate(shared_config)} == {"rating-90-10", "cold-users"}
    assert "no ablation on cold-items: too few ratings" in caplog.messages
    with pytest.raises(EvaluationError, match="too few ratings"):
        ablate(shared_config, protocols=["cold-items"])


def test_an_unknown_protocol_is_reported_before_any_work(config, trainings):
    with pytest.raises(ConfigError, match="given 'cold', accepted"):
        ablate(config, protocols=["rating-90-10", "cold"])
    assert trainings == []
