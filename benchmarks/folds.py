"""RMSE on five random folds of MovieLens 100K, beside Surprise's SVD and SVD++ on the same folds.

python -m benchmarks folds [--set dataset.path=DIR | --from-1m DIR] [--peers svd,svdpp] [--json FILE]

DIR has u.data, u.item and u.user. With `--from-1m` they are made of MovieLens 1M, which is in DIR: 943 users and
100,000 ratings, as many as MovieLens 100K has, drawn at random. Each model is trained on four folds and measured on the
fifth; ours holds out nothing else. The settings of the config are fixed: they were chosen by `towhee-recsys tune` on a
validation part of another split, rating-90-10, of the dataset that `--from-1m` makes.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.case import config_parser
from benchmarks.movielens_100k import converted
from towhee_recsys import load_config, read_dataset
from towhee_recsys.cli.common import table
from towhee_recsys.config import Config
from towhee_recsys.data import Dataset
from towhee_recsys.evaluation.baselines import BASELINES, side_information
from towhee_recsys.metrics import rmse
from towhee_recsys.protocols import Task
from towhee_recsys.training.calibrate import calibrate
from towhee_recsys.training.examples import encode
from towhee_recsys.training.fit import make_trainer, rating_map_of
from towhee_recsys.training.teacher import teacher_of
from towhee_recsys.training.training_split import TrainingSplit

FOLDS = 5
PEERS = "biases,svd,svdpp"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures all folds and prints a row for each model."""
    parser = config_parser(__doc__, "movielens_100k")
    parser.add_argument("--from-1m", metavar="DIR")
    parser.add_argument("--peers", default=PEERS)
    parser.add_argument("--folds", type=int, default=FOLDS, help="measure the first folds only")
    parser.add_argument("--json", metavar="FILE")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        places = {"dataset.path": str(converted(Path(given.from_1m), Path(folder)))} if given.from_1m else {}
        config = load_config(given.config, overrides=given.set, **places)
        found = measured(config, given.peers.split(","), given.folds)
    rows = [
        [
            name,
            f"{np.mean(errors):.4f}",
            f"{np.std(errors):.4f}",
            *(f"{error:.4f}" for error in errors),
            f"{seconds:.0f}",
        ]
        for name, (errors, seconds) in found.items()
    ]
    table("RMSE", ["model", "mean", "deviation", *(f"fold {fold}" for fold in range(1, given.folds + 1)), "s"], rows)
    if given.json:
        figures = {name: {"rmse": errors, "seconds": seconds} for name, (errors, seconds) in found.items()}
        Path(given.json).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def measured(config: Config, peers: Sequence[str], folds: int) -> dict[str, tuple[list[float], float]]:
    """The RMSE of ours and of each peer on each fold, and the seconds of all its trainings."""
    dataset = read_dataset(config.dataset)
    found: dict[str, tuple[list[float], float]] = {}
    for task in list(fold_tasks(dataset, config.seed))[:folds]:
        models = {"ours": lambda task=task: ours(config, dataset, task)}
        models |= {name: lambda name=name, task=task: theirs(name, config, dataset, task) for name in peers}
        for name, model in models.items():
            start = time.perf_counter()
            predicted = model()
            errors, seconds = found.get(name, ([], 0.0))
            errors.append(rmse(predicted, task.test.values))
            found[name] = errors, seconds + time.perf_counter() - start
    return found


def fold_tasks(dataset: Dataset, seed: int) -> Iterator[Task]:
    """A task for each fold, whose interactions are its test."""
    interactions = dataset.interactions
    folds = np.random.default_rng(seed).permutation(len(interactions)) % FOLDS
    for fold in range(FOLDS):
        train, test = interactions.take(folds != fold), interactions.take(folds == fold)
        shape, liked = (len(dataset.users), len(dataset.items)), dataset.schema.feedback.liked
        yield Task("five folds", seed, *shape, liked, train, interactions.take(np.arange(0)), test, [])


def ours(config: Config, dataset: Dataset, task: Task) -> np.ndarray:
    """The ratings of the test that our model predicts, trained by `config` on the training part."""
    split = TrainingSplit(task.train, task.validation, task.new_items, {})
    examples = encode(dataset, split, config.features)
    feedback, settings = dataset.schema.feedback, config.training
    rating_map = rating_map_of(examples, feedback, config.model)
    trainer = make_trainer(
        examples,
        feedback,
        rating_map,
        teacher_of(examples, config.objective, settings),
        objective=config.objective,
        model=config.model,
        training=settings,
        seed=config.seed,
    )
    while not trainer.done:
        trainer.epoch()
    trainer.use_kept()
    calibration = calibrate(trainer, rating_map)
    assert calibration, "MovieLens has a rating scale"
    return calibration.ratings(trainer.validation.cosines(task.test))


def theirs(name: str, config: Config, dataset: Dataset, task: Task) -> np.ndarray:
    """The ratings of the test that a baseline predicts."""
    rater = BASELINES[name].rater
    assert rater, f"{name} predicts no ratings"
    return rater(task, side_information(config.features, dataset))(task.test)


if __name__ == "__main__":
    main()
