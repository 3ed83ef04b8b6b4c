"""The main job on the real MovieLens 1M: few epochs, and already what was promised."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from towhee_recsys import index_pipeline, load_bundle, load_config, read_dataset, recommend_pipeline, train
from towhee_recsys.bundle import ItemEncoder, UserEncoder
from towhee_recsys.config import Config
from towhee_recsys.metrics import rmse
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.protocols import make_task

PEOPLE = [
    {"gender": "F", "age": "25-34", "occupation": "programmer"},
    {"gender": "M", "age": "Under 18", "occupation": "K-12 student"},
    {"gender": "F", "age": "56+", "occupation": "retired"},
]

pytestmark = [pytest.mark.ml1m, pytest.mark.slow]


@pytest.fixture(scope="module")
def config(ml1m_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = tmp_path_factory.mktemp("ml-1m")
    trained = load_config(
        "movielens_1m",
        dataset={"path": str(ml1m_dir)},
        model={"dir": str(folder / "model")},
        training={"epochs": 6},
        milvus={"uri": str(folder / "movies.db")},
        catalogue=f"sqlite:///{folder / 'movies.sqlite'}",
    )
    train(trained)
    index_pipeline(trained)()
    return trained


def test_predictions_are_better_than_promised(config: Config) -> None:
    dataset = read_dataset(config.dataset)
    task = make_task(config.protocol, dataset, seed=config.seed, validation=config.training.validation)
    assert len(task.test) == 100_021
    bundle = load_bundle(config.model.dir)
    items = np.asarray(
        normalize(ItemEncoder(bundle)([{"movie_id": key} for key in dataset.items["movie_id"].tolist()]))
    )
    users = normalize(UserEncoder(bundle)([{"user_id": key} for key in dataset.users["user_id"].tolist()]))
    cosines = np.einsum("ij,ij->i", np.asarray(users.rating)[task.test.users], items[task.test.items])
    counts = np.bincount(task.train.items, minlength=task.items)
    mean = task.train.values.mean()
    items = (np.bincount(task.train.items, task.train.values, task.items) + mean) / (counts + 1)
    by_item = rmse(items[task.test.items], task.test.values)
    found = rmse(bundle.calibration.ratings(cosines), task.test.values)
    assert found <= 0.90
    assert found < by_item - 0.06


def test_milvus_scores_are_the_cosines_of_every_item(config: Config) -> None:
    bundle = load_bundle(config.model.dir)
    items = read_dataset(config.dataset).items["movie_id"].tolist()
    vectors = np.asarray(normalize(ItemEncoder(bundle)([{"movie_id": key} for key in items])))
    cosines = np.asarray(normalize(UserEncoder(bundle)(PEOPLE))) @ vectors.T
    answers = recommend_pipeline(load_config(config, top_k=len(items)))(PEOPLE).get()[0]
    for line, answer in zip(cosines, answers, strict=True):
        scores = {item["movie_id"]: item["score"] for item in answer}
        assert [scores[key] for key in items] == pytest.approx(line.tolist(), abs=1e-5)


def test_three_people_get_three_lists(config: Config) -> None:
    answers = recommend_pipeline(config)(PEOPLE).get()[0]
    titles = [[item["title"] for item in answer] for answer in answers]
    assert all(len(set(one) & set(other)) < 8 for one in titles for other in titles if one is not other)
