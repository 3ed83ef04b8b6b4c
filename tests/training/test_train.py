from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path

import numpy as np
import pytest

from towhee_recsys import load_bundle, train
from towhee_recsys.bundle import ItemEncoder, UserEncoder
from towhee_recsys.data import read_dataset
from towhee_recsys.metrics import rmse
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.training.training_split import TrainingSplit, everything, split_by

FILES = {
    "config.yaml",
    "curves.png",
    "features.json",
    "history.json",
    "known.npz",
    "manifest.json",
    "weights.npz",
}


def history(bundle) -> list[dict[str, float]]:
    return json.loads((bundle.directory / "history.json").read_text(encoding="utf-8"))


def split_of(config, dataset) -> TrainingSplit:
    return split_by(config.protocol, dataset, seed=config.seed, validation=config.training.validation)


def predicted(bundle, dataset, ratings) -> np.ndarray:
    """The ratings that a bundle's encoders predict."""
    items = normalize(ItemEncoder(bundle)([{"movie_id": key} for key in dataset.items["movie_id"].tolist()]))
    users = normalize(UserEncoder(bundle)([{"user_id": key} for key in dataset.users["user_id"].tolist()]))
    users = users if users.rating is None else users.rating
    cosines = np.asarray(users) @ np.asarray(items).T
    return bundle.calibration.ratings(cosines[ratings.users, ratings.items])


def test_the_sample_is_learned_much_better_than_by_its_mean(sample_config, sample_bundle):
    dataset = read_dataset(sample_config.dataset)
    split = split_of(sample_config, dataset)
    validation = split.validation
    by_mean = rmse(np.full(len(validation), split.training.values.mean()), validation.values)
    quality = sample_bundle.quality
    assert by_mean > 1
    assert 0 < quality["validation_mae"] < quality["validation_rmse"] < 0.75 * by_mean
    assert quality["validation_rmse"] == pytest.approx(
        rmse(predicted(sample_bundle, dataset, validation), validation.values), abs=1e-3
    )
    assert 0 < quality["validation_ndcg@10"] < 1


def test_the_bundle_has_all_that_it_promises(sample_config, sample_bundle):
    manifest = sample_bundle.manifest
    assert {path.name for path in sample_bundle.directory.iterdir()} == FILES
    assert set(manifest.files) == FILES - {"manifest.json"}
    assert manifest.rating_map
    assert manifest.calibration
    assert (manifest.dim, manifest.metric, manifest.seed) == (32, "IP", 42)
    fingerprint = read_dataset(sample_config.dataset).fingerprint
    assert manifest.dataset.fingerprint == manifest.trained_on["fingerprint"] == fingerprint
    assert (manifest.trained_on["protocol"], manifest.trained_on["seed"]) == (sample_config.protocol, 42)
    assert str(Path(sample_config.dataset.path)) not in manifest.model_dump_json(), "no location"
    locations = {
        "milvus": True,
        "catalogue": True,
        "dataset": {"path", "cache"},
        "model": {"dir"},
    }  # no part of a model
    assert sample_bundle.config.model_dump(exclude=locations) == sample_config.model_dump(exclude=locations)
    assert [line["epoch"] for line in history(sample_bundle)] == list(range(1, len(history(sample_bundle)) + 1))


@pytest.mark.parametrize("objective", ["rating", "ranking"])
def test_one_objective_has_one_vector_a_user(objective, small_config):
    bundle = train(small_config(f"objective={objective}"))
    assert {path.name for path in bundle.directory.iterdir()} == FILES
    vectors = UserEncoder(bundle)([{"age": 25}])
    assert vectors.rating is None
    assert vectors.model.calibration == bundle.calibration


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
    assert small_bundle.quality == again.quality != other.quality
    assert history(small_bundle) != history(other)


@pytest.mark.parametrize("objective", ["rating", "ranking", "both"])
def test_the_calibration_rises_and_is_the_best_line_through_validation(objective, small_config):
    config = small_config(f"objective={objective}", "training.validation=0.2", "training.epochs=6")
    bundle, dataset = train(config), read_dataset(config.dataset)
    assert bundle.calibration.slope > 0
    assert (bundle.calibration.lowest, bundle.calibration.highest) == (1, 5)
    validation = split_of(config, dataset).validation
    found = predicted(bundle, dataset, validation)
    assert np.ptp(found) > 0.1
    line = np.polyfit(found, validation.values, 1)  # no other line is better, except for the cut ends
    assert line == pytest.approx([1, 0], abs=0.2)


@pytest.mark.parametrize("objective", ["rating", "both"])
def test_without_validation_ratings_are_predicted_by_the_line_that_was_trained(objective, small_config):
    bundle = train(small_config(f"objective={objective}", "training.validation=0"))
    assert bundle.manifest.calibration == bundle.manifest.rating_map
    assert bundle.quality == {"kept_epoch": 4}


def test_ranking_alone_has_ratings_by_a_fitted_line_without_validation_too(small_config):
    config = small_config("objective=ranking", "training.validation=0", "training.epochs=8")
    bundle, dataset = train(config), read_dataset(config.dataset)
    assert bundle.manifest.calibration != bundle.manifest.rating_map
    training = split_of(config, dataset).training
    assert rmse(predicted(bundle, dataset, training), training.values) < training.values.std()


def test_training_stops_early_and_keeps_the_kept_epoch(small_config):
    config = small_config("training.epochs=60", "training.learning_rate=0.05", "training.patience=2")
    bundle = train(config)
    errors = [line["validation_rmse"] for line in history(bundle)]
    best = bundle.quality["kept_epoch"]
    assert errors.index(min(errors)) + 1 == best
    assert len(errors) == best + 2 < 60
    dataset = read_dataset(config.dataset)
    validation = split_of(config, dataset).validation
    kept = rmse(predicted(bundle, dataset, validation), validation.values)
    assert kept < min(errors) + 0.1, "calibrated again"
    assert kept == pytest.approx(bundle.quality["validation_rmse"], abs=1e-3)


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
    assert load_bundle(bundle.directory) is bundle
    assert bundle.directory == tmp_path / "artifacts" / "sample" / "model"


class Trainings(logging.Handler):
    """Counts the epochs that are trained."""

    def __init__(self):
        super().__init__()
        self.epochs: list[int] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().startswith("epoch "):
            self.epochs.append(record.args[0])


@pytest.fixture
def trainings(caplog):
    log, counter = logging.getLogger("towhee_recsys.training.fit"), Trainings()
    caplog.set_level(logging.INFO, logger=log.name)
    log.addHandler(counter)
    yield counter
    log.removeHandler(counter)


@pytest.fixture(scope="module")
def validated_for_two_epochs(small_config_in, tmp_path_factory) -> Path:
    """A folder with the model of `small_config("training.epochs=2")`, to be copied."""
    return train(small_config_in(tmp_path_factory.mktemp("validated"), "training.epochs=2")).directory


@pytest.fixture
def two_epochs(validated_for_two_epochs, trainings, tmp_path) -> None:
    """The model of `small_config("training.epochs=2")` is in this test's folder."""
    shutil.copytree(validated_for_two_epochs, tmp_path / "model")
    trainings.epochs.clear()


def chosen(bundle) -> int:
    return bundle.quality["kept_epoch"]


@pytest.mark.parametrize("first", [True, False])
def test_final_trains_on_everything_for_the_epochs_that_validation_chose(small_config, trainings, first):
    config = small_config("training.epochs=6", "training.learning_rate=0.05", "training.validation=0.2")
    validated = train(config) if first else None
    final = train(config, final=True)
    epochs = chosen(final)
    assert trainings.epochs == [*range(1, 7), *range(1, epochs + 1)]
    assert validated is None or chosen(validated) == epochs
    assert len(history(final)) == epochs
    assert final.manifest.trained_on["protocol"] == "everything"
    assert "seed" not in final.manifest.trained_on
    assert final.quality == {"kept_epoch": epochs}
    assert final.manifest.calibration == final.manifest.rating_map
    dataset = read_dataset(config.dataset)
    split = everything(dataset)
    assert (len(split.training), len(split.validation), len(split.new_items)) == (len(dataset.interactions), 0, 0)
    known = final.arrays("known.npz")
    assert (known["item.0"] > 0).sum() == len(np.unique(dataset.interactions.items)), "every rated item's id is known"


@pytest.mark.parametrize(
    "change",
    [
        "training.epochs=3",
        "objective=rating",
        "seed=7",
        "protocol=ranking-80-20",
        "training.validation=0.3",
        "model.tower=joined",
    ],
)
def test_final_ignores_another_config_s_validation(two_epochs, small_config, trainings, change):
    final = train(small_config("training.epochs=2", change), final=True)
    validated = 3 if change == "training.epochs=3" else 2
    assert trainings.epochs == [*range(1, validated + 1), *range(1, chosen(final) + 1)]


def test_final_after_final_needs_no_new_validation(small_config, trainings):
    first = train(small_config("training.epochs=2"), final=True)
    trainings.epochs.clear()
    again = train(small_config("training.epochs=2"), final=True)
    assert trainings.epochs == list(range(1, chosen(again) + 1)), "the validated model is kept"
    assert again.model_id == first.model_id


def test_final_replaces_what_is_damaged(small_config):
    bundle = train(small_config("training.epochs=1"))
    (bundle.directory / "weights.npz").write_bytes(b"")
    assert train(small_config("training.epochs=1"), final=True).manifest.trained_on["protocol"] == "everything"


def test_other_devices_and_folders_are_no_other_settings(two_epochs, small_config, trainings):
    final = train(small_config("training.epochs=2", "training.device=auto", "top_k=3"), final=True)
    assert trainings.epochs == list(range(1, chosen(final) + 1))
