"""The benchmark of five folds, and the dataset that is made for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import folds
from benchmarks.movielens_100k import converted
from towhee_recsys import load_config, read_dataset

SAMPLE = Path(str(load_config("sample").dataset.path))


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = converted(SAMPLE, tmp_path_factory.mktemp("ml-100k"), users=60, ratings=900)
    return load_config("movielens_100k", **{"dataset.path": str(folder), "training.epochs": 1})


def test_the_dataset_has_the_layout_of_movielens_100k_and_the_facts_of_its_source(config):
    dataset, source = read_dataset(config.dataset), read_dataset(load_config("sample").dataset)
    assert (len(dataset.users), len(dataset.interactions)) == (60, 900)
    facts = {(each["title"], each["year"]): sorted(each["genres"]) for each in source.items.to_dict("records")}
    found = dataset.items.to_dict("records")
    assert [facts[each["title"], each["year"]] for each in found] == [sorted(each["genres"]) for each in found]


def test_each_interaction_is_in_the_test_of_one_fold(config):
    dataset = read_dataset(config.dataset)
    tasks = list(folds.fold_tasks(dataset, seed=1))
    tested = np.concatenate([task.test.users * 10_000 + task.test.items for task in tasks])
    assert sorted(tested) == sorted(dataset.interactions.users * 10_000 + dataset.interactions.items)
    assert all(len(task.train) + len(task.test) == len(dataset.interactions) for task in tasks)


def test_models_are_measured_on_the_same_folds(config, capsys):
    changes = ["--set", f"dataset.path={config.dataset.path}", "--set", "training.epochs=1"]
    folds.main([*changes, "--peers", "biases", "--folds", "2"])
    printed = capsys.readouterr().out
    assert all(word in printed for word in ("RMSE", "ours", "biases"))
