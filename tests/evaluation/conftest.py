"""Evaluations of small models, and questions that can be answered by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from towhee_recsys.config import load_config
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.evaluation.evaluate import evaluate_model
from towhee_recsys.protocols import Question, Task


@pytest.fixture
def trainings(monkeypatch):
    """The folders that are trained into, in their order."""
    from towhee_recsys.evaluation import models

    train, folders = models.train, []

    def counted(config, **options):
        folders.append(config.model.dir)
        return train(config, **options)

    monkeypatch.setattr(models, "train", counted)
    return folders


@pytest.fixture(scope="session")
def quick_config(small_config_in, tmp_path_factory):
    """A config whose model and index no test changes; tests that write use `small_config`."""
    folder = tmp_path_factory.mktemp("quick")
    stores = {"milvus": {"uri": str(folder / "movies.db")}, "catalogue": f"sqlite:///{folder / 'movies.sqlite'}"}
    return load_config(small_config_in(folder, "training.epochs=2"), **stores)


@pytest.fixture(scope="session")
def quick(quick_config):
    """The evaluation of `quick_config`, and of diverse lists of its model."""
    return evaluate_model(quick_config, policies=["diversity=0.4"])


@pytest.fixture(scope="session")
def cold(quick_config):
    """The same by the protocol cold-users, over two seeds."""
    return evaluate_model(quick_config, protocol="cold-users", seeds=2)


@pytest.fixture
def task_of():
    """Makes a task of one question from matrices [users, items]: the ratings to train on, and what is relevant."""

    def task_of(train, relevant, test=((0, 0, 3.0),), candidates=None, users=None):
        train, relevant = np.asarray(train, dtype=np.float32), np.asarray(relevant, dtype=bool)
        users = np.arange(len(train)) if users is None else np.asarray(users)
        question = Question(
            name="",
            users=users,
            known=True,
            history=csr_matrix(train)[users],
            candidates=np.ones(train.shape[1], dtype=bool) if candidates is None else np.asarray(candidates, bool),
            excluded=csr_matrix(train > 0)[users],
            relevant=csr_matrix(relevant)[users],
        )
        rows, columns = np.nonzero(train)
        test_users, test_items, values = zip(*test, strict=True)
        return Task(
            protocol="mine",
            seed=1,
            users=len(train),
            items=train.shape[1],
            liked=4.0,
            train=Interactions.of(rows, columns, train[rows, columns]),
            validation=Interactions.of(rows[:0], columns[:0], train[rows, columns][:0]),
            test=Interactions.of(np.array(test_users), np.array(test_items), np.array(values, dtype=np.float32)),
            questions=[question],
        )

    return task_of
