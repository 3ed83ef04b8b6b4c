"""Which interactions a training reads: a protocol's training part, or all of them for a model that will serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from towhee_recsys.config import Config
from towhee_recsys.data import Dataset
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.protocols import Task, make_task, split
from towhee_recsys.support.step_timers import timed

EVERYTHING = "everything"
"""The name of the protocol in the record of a training on all interactions."""

CONTINUES = "continues"
"""The key of the model from which a training started, in the record of its data; see `warm_start`."""

READ_BY = {"strict", "max_bad_share", "encoding", "users", "items", "interactions"}
NOT_READ_BY: dict[str, Any] = {
    "users": {"path": True, "codes": {"__all__": {"flags"}}},
    "items": {"path": True, "codes": {"__all__": {"flags"}}, "title": True, "show": True, "filter": True},
    "interactions": {"path"},
}
"""What of a dataset's declaration changes what a training reads: not where the files are, nor what is shown of them."""


@dataclass(frozen=True, eq=False)
class TrainingSplit:
    """The parts of a dataset that a training reads.

    Attributes:
        training: The interactions to train on.
        validation: The interactions to measure each epoch by; empty where there are none.
        new_items: int64, rows of the items that training does not know of.
        record: Its description in the manifest; see `trained_on`.
    """

    training: Interactions
    validation: Interactions
    new_items: np.ndarray
    record: dict[str, Any]


@timed("splitting")
def split_by(protocol: str, dataset: Dataset, *, seed: int, validation: float) -> TrainingSplit:
    """The training and the validation part of a protocol, by the seed and the share that `split` takes.

    Raises:
        EvaluationError: the protocol cannot split this dataset.
    """
    task = split(protocol, dataset, seed=seed, validation=validation)
    return TrainingSplit(task.train, task.validation, task.new_items, trained_on(dataset, protocol, seed))


@timed("splitting")
def everything(dataset: Dataset) -> TrainingSplit:
    """All interactions for training, and none for validation."""
    interactions, none = dataset.interactions, np.arange(0)
    return TrainingSplit(
        interactions.take(np.arange(len(interactions))), interactions.take(none), none, trained_on(dataset)
    )


def trained_on(dataset: Dataset, protocol: str = EVERYTHING, seed: int | None = None) -> dict[str, Any]:
    """A manifest's record of the training data and of how it was read; `evaluate` compares it."""
    reading = dataset.schema.model_dump(include=READ_BY, exclude=NOT_READ_BY, mode="json")
    drawn = {"protocol": protocol} if protocol == EVERYTHING else {"protocol": protocol, "seed": seed}
    return {**drawn, "fingerprint": dataset.fingerprint, "reading": reading}


def task_of(config: Config, dataset: Dataset) -> Task:
    """The task that the config's protocol makes of `dataset`, whose training part the config's model is trained on.

    Raises:
        EvaluationError: the protocol cannot split this dataset.
    """
    return make_task(config.protocol, dataset, seed=config.seed, validation=config.training.validation)
