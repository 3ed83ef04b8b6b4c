from __future__ import annotations

import pytest

from towhee_recsys import index_pipeline, recommend_pipeline
from towhee_recsys.bundle import load_bundle
from towhee_recsys.config import load_config
from towhee_recsys.errors import ConfigError, EvaluationError, TrainingError
from towhee_recsys.evaluation.evaluate import MODEL
from towhee_recsys.evaluation.gates import OURS, must_serve
from towhee_recsys.evaluation.release import release


@pytest.fixture
def config(small_config, tmp_path):
    stores = {"milvus": {"uri": str(tmp_path / "movies.db")}, "catalogue": f"sqlite:///{tmp_path / 'movies.sqlite'}"}
    return load_config(small_config("training.epochs=1"), **stores)


def test_a_model_that_passes_takes_its_place(config, tmp_path):
    passing = load_config(config, require={"rmse": "< 4", "mae": "< 5 * mean_rating"})
    bundle, evaluation = release(passing)
    assert bundle.manifest.measured[OURS]["rmse"] == evaluation.models[MODEL].metrics["rmse"]
    must_serve(passing, bundle)
    with pytest.raises(EvaluationError, match=r"rmse is .*, but must be < 0\.01"):
        must_serve(load_config(config, require={"rmse": "< 0.01"}), bundle)
    assert load_bundle(config.model.dir) is bundle
    assert bundle.model_id == evaluation.models[MODEL].bundles[0].model_id
    assert sorted(each.name for each in tmp_path.iterdir()) == ["model"]


def test_a_model_that_fails_leaves_the_old_one_and_its_index_serving(config, tmp_path):
    old, _ = release(config)
    index_pipeline(config)()
    answer = recommend_pipeline(config)({"gender": "F"}).get()
    strict = load_config(config, seed=7, require={"rmse": "<= 0.01", "ndcg@10": ">= 1000 * random", "mae": "< 4"})
    with pytest.raises(EvaluationError) as raised:
        release(strict)
    message = str(raised.value)
    assert "; ndcg@10 is " in message
    assert "but must be <= 0.01" in message
    assert "mae" not in message
    assert str(tmp_path / "model.rating-90-10-7") in message
    assert "`require`" in message
    assert "the previous model keeps serving" in message
    assert load_bundle(config.model.dir) is old
    assert recommend_pipeline(config)({"gender": "F"}).get() == answer
    assert not (tmp_path / "model.training").exists()


def test_a_model_that_failed_is_not_trained_again_to_pass_a_milder_gate(config, trainings):
    with pytest.raises(EvaluationError):
        release(load_config(config, require={"rmse": "< 0.01"}))
    release(load_config(config, require={"rmse": "< 4"}))
    assert len(trainings) == 1


def test_a_training_that_was_killed_when_its_bundle_was_written_leaves_nothing(config, tmp_path):
    strict = load_config(config, require={"rmse": "< 0.01"})
    with pytest.raises(EvaluationError):
        release(strict)
    unfinished = tmp_path / "model.rating-90-10-42.training"
    unfinished.mkdir()
    (unfinished / "checkpoint.npz").touch()
    (unfinished / "lock").touch()
    release(config)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["model"]


def test_gates_are_read_before_the_training(config, trainings):
    with pytest.raises(ConfigError, match=r"require\.rmse: given 'low'"):
        release(load_config(config, require={"rmse": "low"}))
    assert trainings == []


def test_a_folder_of_other_things_is_reported_before_the_training(config, trainings, tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "thesis.txt").write_text("mine")
    with pytest.raises(TrainingError, match="holds other things than a model"):
        release(config)
    assert trainings == []
