from __future__ import annotations

import json

import numpy as np
import pytest

from towhee_recsys import evaluate, load_bundle, train
from towhee_recsys.datasets import read_dataset
from towhee_recsys.evaluation.metrics import rmse
from towhee_recsys.training.examples import make_examples
from towhee_recsys.training.trainer import Trainer

FILES = {
    "config.yaml",
    "curves.png",
    "features.json",
    "history.json",
    "known.npz",
    "manifest.json",
    "movie_tower.json",
    "movie_tower.pdiparams",
    "user_tower.json",
    "user_tower.pdiparams",
    "weights.npz",
}


def history(bundle) -> list[dict[str, float]]:
    return json.loads((bundle.directory / "history.json").read_text(encoding="utf-8"))


def test_the_sample_is_learned_much_better_than_by_its_mean(sample_config, sample_bundle):
    test = make_examples(sample_config, read_dataset(sample_config.dataset)).test
    by_mean = rmse(np.full(len(test), test.stars.mean()), test.stars)
    quality = sample_bundle.manifest["quality"]
    assert by_mean > 1
    assert quality["test_rmse"] < 0.75 * by_mean
    assert 0 < quality["test_mae"] < quality["test_rmse"]
    assert quality["validation_rmse"] < 0.75 * by_mean


def test_the_bundle_has_all_that_it_promises(sample_config, sample_bundle):
    manifest = sample_bundle.manifest
    assert {path.name for path in sample_bundle.directory.iterdir()} == FILES
    assert set(manifest["files"]) == FILES - {"manifest.json"}
    assert {"format_version", "model_id", "versions", "seed", "dataset", "dim", "metric"} <= manifest.keys()
    assert {"rating_map", "calibration", "quality"} <= manifest.keys()
    assert (manifest["dim"], manifest["metric"], manifest["seed"]) == (32, "IP", 42)
    assert manifest["dataset"]["fingerprint"] == read_dataset(sample_config.dataset).fingerprint
    stores = {"milvus", "catalogue"}  # no part of a model, and they may hold a password
    assert sample_bundle.config.model_dump(exclude=stores) == sample_config.model_dump(exclude=stores)
    assert [line["epoch"] for line in history(sample_bundle)] == list(range(1, len(history(sample_bundle)) + 1))


def test_nothing_is_left_beside_the_bundle(small_bundle):
    assert [path.name for path in small_bundle.directory.parent.iterdir()] == ["model"]


def test_the_curves_are_a_picture(sample_bundle):
    from matplotlib.image import imread

    assert (sample_bundle.directory / "curves.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    picture = imread(sample_bundle.directory / "curves.png")
    assert min(picture.shape[:2]) > 200
    assert len(np.unique(picture[..., :3].reshape(-1, 3), axis=0)) > 10, "something is drawn"


def test_the_same_seed_gives_the_same_model_and_another_seed_another(small_config, small_bundle):
    again, other = (train(small_config(f"seed={seed}")) for seed in (42, 43))
    assert small_bundle.directory != again.directory
    assert small_bundle.model_id == again.model_id != other.model_id
    assert small_bundle.manifest["quality"] == again.manifest["quality"] != other.manifest["quality"]
    assert history(small_bundle) != history(other)


def test_training_stops_early_and_keeps_the_best_epoch(small_config):
    config = small_config("training.epochs=60", "training.learning_rate=0.05", "training.patience=2")
    bundle = train(config)
    errors = [line["validation_rmse"] for line in history(bundle)]
    best = bundle.manifest["quality"]["best_epoch"]
    assert errors.index(min(errors)) + 1 == best
    assert len(errors) == best + 2 < 60
    trainer = Trainer(config, make_examples(config, read_dataset(config.dataset)))
    trainer.model.set_state_dict(bundle.arrays("weights.npz"))
    validation = trainer.examples.validation
    kept = rmse(trainer.rating_map.stars(trainer.cosines(validation)), validation.stars)
    assert kept == pytest.approx(min(errors), abs=1e-6)
    assert bundle.manifest["quality"]["validation_rmse"] == pytest.approx(min(errors), abs=0.1), "calibrated anew"


def test_a_new_training_replaces_the_bundle_and_progress_is_shown_where_it_is_wanted(small_config, capsys):
    old = train(small_config("training.epochs=1"), progress=False)
    assert capsys.readouterr() == ("", "")
    new = train(small_config("training.epochs=2"), progress=True)
    assert "2/2" in capsys.readouterr().err
    assert new.model_id != old.model_id
    assert load_bundle(new.directory) is new


def test_a_name_will_do_for_a_config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_text(
        "extends: sample\nmodel: {embedding_size: 8}\ntraining: {epochs: 1}\n", encoding="utf-8"
    )
    bundle = train("tiny.yaml")
    assert evaluate("tiny.yaml")["model_id"] == bundle.model_id
