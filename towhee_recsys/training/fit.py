"""Fitting a model to examples: the trainer that the settings make, and its run from the first epoch to the last."""

from __future__ import annotations

import logging
import time

from towhee_recsys.config.interactions import Feedback
from towhee_recsys.config.objectives import Objective, purposes
from towhee_recsys.config.schema import ModelConfig, TrainingConfig
from towhee_recsys.data.decay import decayed
from towhee_recsys.errors import TrainingError
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.objectives import Distillation, ObjectiveSettings, make_objectives
from towhee_recsys.model.paddle.fusion import build_model
from towhee_recsys.model.teacher import Teacher
from towhee_recsys.support.progress import progress_bar
from towhee_recsys.support.step_timers import timed
from towhee_recsys.training.checkpoint import Checkpoint
from towhee_recsys.training.examples import Examples
from towhee_recsys.training.trainer import Trainer
from towhee_recsys.training.validation import Validation
from towhee_recsys.training.worker_group import ALONE, WorkerGroup

log = logging.getLogger(__name__)


def rating_map_of(examples: Examples, feedback: Feedback, model: ModelConfig) -> Calibration | None:
    """The map from cosine to rating that is trained; None where there is no rating scale."""
    if not feedback.scale:
        return None
    return Calibration.of(model.rating_map, feedback.scale, float(examples.training.values.mean()))


@timed("building the model")
def make_trainer(
    examples: Examples,
    feedback: Feedback,
    rating_map: Calibration | None,
    teacher: Teacher | None,
    *,
    objective: Objective,
    model: ModelConfig,
    training: TrainingConfig,
    seed: int,
    epochs: int | None = None,
    group: WorkerGroup = ALONE,
) -> Trainer:
    """A trainer with a fresh model, which learns from `teacher`, too, where there is one.

    `epochs` stops it before `training.epochs`, on the same course. Of several that train together it is one of `group`.
    """
    built = build_model(examples.users, examples.items, model, objective, seed)
    settings = ObjectiveSettings(training, feedback.scale, rating_map)
    validation = Validation(
        built, examples, purposes(objective), liked=feedback.liked, rating_map=rating_map, seed=seed
    )
    objectives = make_objectives(objective, decayed(examples.training, feedback.half_life), settings)
    distillation = Distillation(examples.training, settings, teacher) if teacher else None
    return Trainer(
        built,
        objectives,
        examples,
        validation,
        training,
        distillation=distillation,
        seed=seed,
        epochs=epochs,
        group=group,
    )


def fit(trainer: Trainer, checkpoint: Checkpoint, *, progress: bool | None = None) -> None:
    """Trains from the checkpoint to the last epoch, and puts the kept epoch's weights in the model.

    `progress` shows a bar; by default only in a terminal.

    Raises:
        TrainingError: the loss or a weight is not finite any more.
    """
    resume(trainer, checkpoint)
    if not trainer.done:
        run_epochs(trainer, checkpoint, progress=progress)
    trainer.use_kept()


def resume(trainer: Trainer, checkpoint: Checkpoint) -> None:
    """Restores the state of the checkpoint, if there is one of this training."""
    if (state := checkpoint.read()) and trainer.can_resume(state):
        trainer.restore(state)
        if not trainer.done:
            log.warning("resuming a training that was interrupted after epoch %d", len(trainer.history))


def run_epochs(trainer: Trainer, checkpoint: Checkpoint, *, progress: bool | None = None) -> None:
    """Trains to the last epoch. Of several workers the first writes the checkpoints.

    Raises:
        TrainingError: the loss or a weight is not finite any more.
    """
    done = len(trainer.history)
    with progress_bar(progress, total=trainer.epochs, initial=done, desc="train", unit="epoch") as bar:
        while not trainer.done:
            start = time.monotonic()
            try:
                line = trainer.epoch()
            except TrainingError as error:
                raise _with_last_good(error, trainer, checkpoint) from None
            if trainer.group.is_first:
                checkpoint.write(trainer.state(), seconds=time.monotonic() - start)
            bar.update()
            bar.set_postfix(
                {
                    name.removeprefix("validation_"): f"{value:.4f}"
                    for name, value in line.items()
                    if name.startswith("validation_")
                }
            )
            log.info("epoch %d: %s", line["epoch"], ", ".join(f"{name} {value:.4f}" for name, value in line.items()))


def _with_last_good(error: TrainingError, trainer: Trainer, checkpoint: Checkpoint) -> TrainingError:
    if not trainer.history or not checkpoint.read():  # another worker may have written it
        return error
    return TrainingError(f"{error} The state of epoch {checkpoint.epoch} is kept in {checkpoint.path}.")
