"""The benchmark of training: its epochs are chosen without the test part, and its loop learns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import learning
from benchmarks.naive_loop import NaiveLoop
from benchmarks.teacher_alone import fewest_iterations, rmse_of, teacher_after
from towhee_recsys.bundle import load_bundle
from towhee_recsys.config import load_config
from towhee_recsys.data import read_dataset
from towhee_recsys.evaluation.baselines import Baseline
from towhee_recsys.training import train
from towhee_recsys.training.training_split import task_of


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("learning")
    quick = {
        "training.epochs": 1,
        "training.batch_size": 200,
        "training.learning_rate": 0.01,
        "model.embedding_size": 16,
    }
    return load_config("sample", **{"model.dir": str(folder / "model"), **quick})


@pytest.fixture(scope="module")
def dataset(config):
    return read_dataset(config.dataset)


def test_a_rehearsal_asks_for_the_validation_part_and_never_for_the_test(config, dataset):
    task = task_of(load_config(config, **{"training.validation": learning.HELD_OUT}), dataset)
    rehearsal = learning.validation_task(task)
    assert rehearsal.test is task.validation
    assert rehearsal.train is task.train
    (question,) = rehearsal.questions
    liked = task.validation.take(task.validation.values >= task.liked)
    assert question.relevant.nnz == len(liked)
    assert not question.excluded.multiply(question.relevant).nnz


def test_the_fewest_epochs_that_reach_the_peer_are_taken(config, monkeypatch):
    race = replace(learning.RACES[1], peer="popularity")
    monkeypatch.setattr(learning, "BASELINES", {"popularity": Baseline("", "", ranker=lambda task, side: worst(task))})
    assert learning.fewest_epochs(race, learning.Choice.of(race, config)) == learning.EPOCHS[0]
    monkeypatch.setattr(learning, "BASELINES", {"popularity": Baseline("", "", ranker=lambda task, side: oracle(task))})
    monkeypatch.setattr(learning, "EPOCHS", (1, 2))
    assert learning.fewest_epochs(race, learning.Choice.of(race, config)) == 2, "nothing reaches who knows the answers"


def test_the_fewest_iterations_of_the_teacher_that_reach_a_figure_are_taken(config, dataset):
    test = task_of(config, dataset).test
    after = [rmse_of(teacher_after(config, dataset, number), dataset, test) for number in (1, 2, 3)]
    assert after[0] > after[1] > after[2]
    assert fewest_iterations(config, dataset, test, after[1]) == 2


def oracle(task):
    return lambda question: task.validation.matrix(task.users, task.items)[question.users].toarray()


def worst(task):
    return lambda question: -oracle(task)(question)


def test_the_loop_learns_the_stars(config, dataset):
    train(config, fresh=True)
    loop = NaiveLoop(load_bundle(config.model.dir), dataset, task_of(config, dataset).train)
    losses = [loop(step) for step in range(60)]
    assert np.mean(losses[-10:]) < 0.9 * np.mean(losses[:10])
