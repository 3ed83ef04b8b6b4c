"""Which ratings a training reads: a protocol's training part, or for a model that will serve all there are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from towhee_recsys.config import Config
from towhee_recsys.data import Dataset
from towhee_recsys.data.interactions import Interactions, all_interactions
from towhee_recsys.protocols import Task, make_task


def task_of(config: Config, dataset: Dataset) -> Task:
    """What the config's protocol sets on `dataset`. Raises EvaluationError when it cannot part it."""
    return make_task(
        config.protocol,
        dataset,
        seed=config.seed,
        validation=config.training.validation,
    )


def training_part(config: Config, dataset: Dataset, final: bool) -> tuple[Interactions, Interactions, np.ndarray]:
    """The ratings to train on and those to validate with, and the places of items that training is not to know of.

    `final` trains on everything.
    Raises EvaluationError when the protocol cannot part this dataset.
    """
    if final:
        ratings = all_interactions(dataset)
        return ratings.take(np.arange(len(ratings))), ratings.take(np.arange(0)), np.arange(0)
    task = task_of(config, dataset)
    return task.train, task.validation, task.new_items


def trained_on(config: Config, dataset: Dataset, final: bool) -> dict[str, Any]:
    """What the manifest says of a model's ratings, by which `evaluate` knows what the model has not seen."""
    reading = config.dataset.model_dump(include={"strict", "max_bad_share", "encoding", "interactions"}, mode="json")
    part = {"protocol": "everything"} if final else {"protocol": config.protocol, "seed": config.seed}
    return {**part, "fingerprint": dataset.fingerprint, "reading": reading}


def settings(config: Config) -> dict[str, Any]:
    """The settings that decide what a training makes of its ratings."""
    sections = config.model_dump(mode="json", include={"objective", "features", "model", "training"})
    sections["model"].pop("dir")
    sections["training"].pop("device")
    return sections


def beside_model(config: Config) -> Path:
    """The folder `<model.dir>.<protocol>-<seed>`, for a model that is measured and need not be the one that serves."""
    folder = Path(config.model.dir).resolve()
    return folder.with_name(f"{folder.name}.{config.protocol}-{config.seed}")


def into(config: Config, folder: Path) -> Config:
    """`config` with `folder` as its `model.dir`."""
    return config.model_copy(update={"model": config.model.model_copy(update={"dir": str(folder)})})
