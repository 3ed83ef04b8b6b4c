"""A training that is ready to begin: all that its processes need, each of which makes a trainer of it."""

from __future__ import annotations

from dataclasses import dataclass

from towhee_recsys.bundle import Bundle
from towhee_recsys.config import Config
from towhee_recsys.config.schema import TrainingConfig
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.teacher import Teacher
from towhee_recsys.training.checkpoint import Checkpoint
from towhee_recsys.training.examples import Examples
from towhee_recsys.training.fit import make_trainer
from towhee_recsys.training.folders import work_dir
from towhee_recsys.training.save import DataRecord
from towhee_recsys.training.trainer import Trainer
from towhee_recsys.training.validated import settings
from towhee_recsys.training.warm_start import start_from
from towhee_recsys.training.worker_group import ALONE, WorkerGroup


@dataclass(frozen=True, eq=False)
class Job:
    """A training by `config`.

    Attributes:
        config: The config.
        training: Its settings of training, or those of a training that continues a model.
        epochs: Where to stop.
        data: The record of what is trained on.
        examples: The interactions, the users and the items.
        rating_map: The map from cosine to rating that is trained; None where there is no rating scale.
        teacher: The model of ratings to learn from; None for a training without one.
        parent: The model to start from; None for a fresh one.
    """

    config: Config
    training: TrainingConfig
    epochs: int
    data: DataRecord
    examples: Examples
    rating_map: Calibration | None
    teacher: Teacher | None
    parent: Bundle | None

    def trainer(self, group: WorkerGroup = ALONE) -> Trainer:
        """A trainer that has not begun, for one process of `group`.

        Raises:
            BundleError: the weights of the parent cannot be read.
        """
        trainer = make_trainer(
            self.examples,
            self.data.feedback,
            self.rating_map,
            self.teacher,
            objective=self.config.objective,
            model=self.config.model,
            training=self.training,
            seed=self.config.seed,
            epochs=self.epochs,
            group=group,
        )
        if self.parent:
            start_from(self.parent, trainer.model, self.examples)
        return trainer

    def checkpoint(self) -> Checkpoint:
        """The checkpoint of this training and of no other."""
        folder = work_dir(self.config.model.dir)
        return Checkpoint(folder, self.data.trained_on, settings(self.config), self.config.seed)
