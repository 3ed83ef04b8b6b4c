from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys import evaluate, train
from towhee_recsys.config import load_config
from towhee_recsys.datasets import read_dataset, split_ratings
from towhee_recsys.errors import BundleError


@pytest.fixture(scope="module")
def result(sample_config, sample_bundle):
    return evaluate(sample_config)


def test_it_measures_what_training_measured(result, sample_bundle):
    quality = sample_bundle.manifest["quality"]
    assert result["metrics"]["rmse"] == pytest.approx(quality["test_rmse"], abs=1e-5)
    assert result["metrics"]["mae"] == pytest.approx(quality["test_mae"], abs=1e-5)
    assert result["model_id"] == sample_bundle.model_id
    assert (result["protocol"], result["seed"], result["ratings"]) == ("rating-90-10", 42, 2610)


def test_the_baselines_by_hand(result, sample_config):
    ratings = read_dataset(sample_config.dataset).ratings
    training = sample_config.training
    split = split_ratings(len(ratings), training.validation, training.test, sample_config.seed)
    known, held_out = ratings.iloc[split.train], ratings.iloc[split.test]
    by_mean = held_out["rating"] - known["rating"].mean()
    films = {movie: own["rating"].mean() for movie, own in known.groupby("movie_id")}
    by_film = held_out["rating"] - held_out["movie_id"].map(films)
    for name, errors in (("the mean rating", by_mean), ("the film's mean rating", by_film)):
        assert result["baselines"][name]["rmse"] == pytest.approx(np.sqrt((errors**2).mean()), abs=1e-6)
        assert result["baselines"][name]["mae"] == pytest.approx(errors.abs().mean(), abs=1e-6)


def test_the_model_beats_the_baselines(result):
    for baseline in result["baselines"].values():
        assert result["metrics"]["rmse"] < 0.85 * baseline["rmse"]
        assert result["metrics"]["mae"] < 0.85 * baseline["mae"]


def test_the_split_is_that_of_the_training_whatever_the_config_says_now(result, sample_config):
    other = load_config(sample_config, overrides=["seed=7", "training.test=0.5", "training.validation=0.01"])
    assert evaluate(other) == result


def test_other_data_are_refused(sample_config, sample_bundle, small_data):
    config = load_config(sample_config, overrides=[f"dataset.path={small_data}"])
    with pytest.raises(BundleError) as raised:
        evaluate(config)
    assert str(raised.value) == (
        f"the model in {config.model.dir} was trained on other data than {small_data}: which ratings it has seen "
        "is not known. Train it again, or name the dataset that it was trained on."
    )


def test_no_model(small_config):
    with pytest.raises(BundleError, match="there is no trained model in"):
        evaluate(small_config())


def test_a_model_without_ids_or_with_other_kinds_of_features(small_config):
    config = load_config(
        small_config("training.epochs=2"),
        features={
            "user": [{"kind": "category", "column": "gender"}, {"kind": "number", "column": "age"}],
            "movie": [
                {"kind": "categories", "column": "genres", "pooling": "sum"},
                {"kind": "number", "column": "year"},
            ],
        },
    )
    quality = train(config).manifest["quality"]
    assert evaluate(config)["metrics"]["rmse"] == pytest.approx(quality["test_rmse"], abs=1e-5)
