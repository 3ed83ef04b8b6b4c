"""What every trial works on: the training and the validation part, and nothing else of the interactions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from towhee_recsys.config import Config
from towhee_recsys.config.interactions import Feedback
from towhee_recsys.config.objectives import purposes
from towhee_recsys.config.tuning import MEASURES, MetricName
from towhee_recsys.data import Dataset
from towhee_recsys.errors import TuningError
from towhee_recsys.model.teacher import Teacher
from towhee_recsys.training.examples import Examples, encode
from towhee_recsys.training.fit import make_trainer, rating_map_of
from towhee_recsys.training.teacher import teacher_of
from towhee_recsys.training.training_split import split_by

Report = Callable[[int, float], bool]
"""Called after each epoch with its number and the metric; returns whether the trial continues."""


@dataclass(frozen=True, eq=False)
class Problem:
    """What trials train on, and what they are measured by. The test part of the protocol is not in it.

    Attributes:
        examples: Encoded users and items, and the training and the validation part of the interactions.
        feedback: What the values of interactions mean.
        metric: The metric that trials improve.
        teachers: Those that trials have fitted, by their settings: many trials have the same.
    """

    examples: Examples
    feedback: Feedback
    metric: MetricName
    teachers: dict[str, Teacher | None] = field(default_factory=dict)

    @property
    def column(self) -> str:
        """The name of the metric in the history of a training."""
        return f"validation_{self.metric}"

    @property
    def key(self) -> str:
        """A hash of all that trials read."""
        digest = hashlib.sha256(f"{self.metric} {self.feedback!r}".encode())
        examples = self.examples
        ids = [np.array(own, dtype="U") for own in (examples.user_ids, examples.item_ids)]
        for array in (*ids, *examples.user_arrays, *examples.item_arrays):
            _add(digest, array)
        for part in (examples.training, examples.validation):
            for array in (part.users, part.items, part.values, *([part.times] if self.feedback.half_life else [])):
                _add(digest, array)
        return digest.hexdigest()

    def train(self, config: Config, report: Report) -> tuple[int, float]:
        """Trains by `config` while `report` returns true; returns the number of epochs, and the metric of the kept one.

        Raises:
            TrainingError: the loss or a weight is not finite any more.
            TuningError: the validation part is too small to measure the metric by.
        """
        trainer = make_trainer(
            self.examples,
            self.feedback,
            rating_map_of(self.examples, self.feedback, config.model),
            self._teacher(config),
            objective=config.objective,
            model=config.model,
            training=config.training,
            seed=config.seed,
        )
        while not trainer.done:
            line = trainer.epoch()
            if self.column not in line:
                raise TuningError(
                    f"{self.metric} cannot be measured: no user of the validation part, which has "
                    f"{len(self.examples.validation):,} interactions, likes anything in it. Raise tune.validation, or "
                    "choose another tune.metric."
                )
            if not report(int(line["epoch"]), line[self.column]):
                break
        return len(trainer.history), trainer.history[trainer.kept_epoch - 1][self.column]

    def _teacher(self, config: Config) -> Teacher | None:
        settings = config.training.teacher
        key = settings.model_dump_json(exclude={"weight"}) if settings else "none"
        if key not in self.teachers:
            self.teachers[key] = teacher_of(self.examples, config.objective, config.training)
        return self.teachers[key]


def problem_of(config: Config, dataset: Dataset) -> Problem:
    """The training part of the config's protocol, of which `tune.validation` is held out to measure the trials by.

    Raises:
        EvaluationError: the protocol cannot split the dataset.
        DeclarationError: features name columns that the dataset does not have.
    """
    split = split_by(config.protocol, dataset, seed=config.seed, validation=config.tune.validation)
    return Problem(encode(dataset, split, config.features), dataset.schema.feedback, metric_of(config))


def metric_of(config: Config) -> MetricName:
    """The metric that is improved: the declared one, else that of the objective's first purpose."""
    if config.tune.metric:
        return config.tune.metric
    first = purposes(config.objective)[0]
    return next(metric for metric, purpose in MEASURES.items() if purpose == first)


def _add(digest: Any, array: np.ndarray) -> None:
    digest.update(f"{array.dtype} {array.shape}".encode())
    digest.update(np.ascontiguousarray(array).tobytes())
