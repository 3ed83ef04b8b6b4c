"""The teacher of a training: the model of ratings that is fitted to the training part before the towers."""

from __future__ import annotations

from towhee_recsys.config.objectives import Objective, purposes
from towhee_recsys.config.schema import TrainingConfig
from towhee_recsys.model.teacher import Teacher, design, fit_teacher
from towhee_recsys.support.step_timers import timed
from towhee_recsys.training.examples import Examples


@timed("fitting the teacher")
def teacher_of(
    examples: Examples, objective: Objective, training: TrainingConfig, *, progress: bool | None = None
) -> Teacher | None:
    """The teacher that `training.teacher` declares, fitted to the training part of `examples` and to nothing else.

    None where no ratings are learned, or `training.teacher` is none. The same data give the same teacher: a training
    that resumes fits it again.

    Raises:
        TrainingError: fitting it fails.
    """
    settings = training.teacher
    if not settings or "rating" not in purposes(objective):
        return None
    return fit_teacher(
        examples.training,
        design(examples.users, examples.user_arrays),
        design(examples.items, examples.item_arrays),
        rank=settings.rank,
        iterations=settings.iterations,
        svd_rank=settings.svd_rank,
        progress=progress,
    )
