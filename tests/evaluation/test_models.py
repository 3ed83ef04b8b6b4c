from __future__ import annotations

import shutil

import pytest

from towhee_recsys.bundle import load_bundle
from towhee_recsys.config import load_config
from towhee_recsys.data import read_dataset
from towhee_recsys.errors import BundleError
from towhee_recsys.evaluation.models import model_for, put_in_place, split_model
from towhee_recsys.training import train


@pytest.fixture
def config(small_config):
    return small_config("training.epochs=1")


@pytest.fixture
def dataset(config):
    return read_dataset(config.dataset)


def test_the_model_of_this_protocol_and_seed_is_taken_as_it_is(config, dataset, trainings, caplog):
    bundle = train(config)
    assert model_for(config, dataset) is bundle
    assert trainings == []
    assert caplog.text == ""


def test_without_a_model_one_is_trained_beside_and_taken_the_next_time(config, dataset, trainings, tmp_path, caplog):
    bundle = model_for(config, dataset)
    folder = tmp_path / "model.rating-90-10-42"
    assert bundle.directory == folder
    assert not (tmp_path / "model").exists()
    assert f"there is no model in {config.model.dir}; rating-90-10 with seed 42 needs a model" in caplog.text
    assert f"training on the training part of rating-90-10, seed 42, into {folder}" in caplog.text
    assert model_for(config, dataset) is bundle
    assert trainings == [str(folder)]
    assert f"measuring the model in {folder}" in caplog.text


@pytest.mark.parametrize(
    ("override", "folder"),
    [("protocol=ranking-80-20", "model.ranking-80-20-42"), ("seed=7", "model.rating-90-10-7")],
)
def test_another_protocol_or_seed_has_a_model_of_its_own(config, dataset, caplog, override, folder):
    serving = train(config)
    other = load_config(config, overrides=[override])
    assert model_for(other, dataset).directory.name == folder
    assert "model was trained on rating-90-10, seed 42; " in caplog.text
    assert load_bundle(config.model.dir) is serving


def test_a_model_of_everything_is_not_measured(config, dataset, caplog):
    train(config, final=True)
    assert model_for(config, dataset).directory.name == "model.rating-90-10-42"
    assert "was trained on everything; " in caplog.text


def test_a_model_of_other_data_is_not_measured(config, tmp_path, caplog):
    train(config)
    folder = tmp_path / "others"
    shutil.copytree(config.dataset.path, folder)
    lines = (folder / "ratings.dat").read_bytes().splitlines(keepends=True)
    (folder / "ratings.dat").write_bytes(b"".join(lines[1:]))
    other = load_config(config, overrides=[f"dataset.path={folder}"])
    assert model_for(other, read_dataset(other.dataset)).directory.name == "model.rating-90-10-42"
    assert "was trained on other data; " in caplog.text


def test_a_model_of_other_settings_is_measured_with_a_warning(config, dataset, caplog):
    bundle = train(config)
    assert model_for(load_config(config, overrides=["training.epochs=2"]), dataset) is bundle
    assert caplog.messages == [
        f"the model in {config.model.dir} was trained with other settings; it is measured as it is"
    ]


@pytest.mark.parametrize("override", ["training.epochs=2", "model.embedding_size=6"])
def test_other_settings_are_trained_again(config, dataset, trainings, override):
    first = split_model(config, dataset)
    assert split_model(load_config(config, overrides=[override]), dataset).model_id != first.model_id
    assert len(trainings) == 2
    assert not list(first.directory.parent.glob("*.previous")), "a rollback to it is not needed"


def test_what_does_not_decide_the_model_is_no_reason_to_train(config, dataset, trainings):
    first = split_model(config, dataset)
    other = load_config(config, overrides=["top_k=3", "training.device=auto", "milvus.collection=others"])
    assert split_model(other, dataset) is first
    assert len(trainings) == 1


def test_a_damaged_model_is_an_error_in_its_place_and_trained_again_beside(config, dataset, trainings):
    bundle = split_model(config, dataset)
    (bundle.directory / "manifest.json").write_text("{}")
    assert split_model(config, dataset).model_id == bundle.model_id
    assert len(trainings) == 2
    (put_in_place(bundle, config.model.dir).directory / "manifest.json").write_text("{}")
    with pytest.raises(BundleError, match=r"manifest\.json is damaged"):
        model_for(config, dataset)


def test_put_in_place_moves(config, dataset, tmp_path):
    old = train(load_config(config, overrides=["seed=3"]))
    fresh = split_model(config, dataset)
    placed = put_in_place(fresh, config.model.dir)
    assert placed.directory == tmp_path / "model"
    assert placed.model_id == fresh.model_id != old.model_id
    assert sorted(each.name for each in tmp_path.iterdir()) == ["model"]
