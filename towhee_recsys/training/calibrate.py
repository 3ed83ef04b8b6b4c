"""From cosines to ratings: the calibration of a trained model, how sure its ratings are, and how good it then is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.bundle import TrainedVariances
from towhee_recsys.metrics import mae, rmse
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.prediction_variance import PredictionVariance
from towhee_recsys.training.trainer import Trainer

if TYPE_CHECKING:
    from towhee_recsys.model.teacher import Teacher


def calibrate(trainer: Trainer, rating_map: Calibration | None) -> Calibration | None:
    """The map from cosine to rating, fitted on the validation part, which training has not seen.

    Without a validation part it is the `rating_map` that was trained, or, where none was, the best line through the
    training part. None where there is no rating scale.
    """
    if not rating_map:
        return None
    examples = trainer.examples
    if len(examples.validation):
        held_out = examples.validation
    elif "rating" in trainer.objectives:
        return rating_map
    else:
        held_out = examples.training
    return rating_map.fitted(trainer.validation.cosines(held_out), held_out.values)


def prediction_variances(
    trainer: Trainer, calibration: Calibration | None, teacher: Teacher | None
) -> TrainedVariances | None:
    """How sure predicted ratings are, fitted on the validation part; None without a rating scale or a teacher.

    Without a validation part it is what the teacher says.
    """
    if not calibration or not teacher:
        return None
    examples, held_out = trainer.examples, trainer.examples.validation
    by_user = np.bincount(examples.training.users, minlength=len(teacher.user_variances))
    by_item = np.bincount(examples.training.items, minlength=len(teacher.item_variances))
    variance = PredictionVariance.of_teacher(
        teacher.noise, teacher.user_variances, by_user, teacher.item_variances, by_item
    )
    if len(held_out):
        errors = held_out.values - calibration.ratings(trainer.validation.cosines(held_out))
        variance = variance.fitted(
            errors, teacher.user_variances[held_out.users], teacher.item_variances[held_out.items]
        )
    return TrainedVariances(teacher.user_variances, teacher.item_variances, variance)


def quality(trainer: Trainer, calibration: Calibration | None) -> dict[str, float]:
    """The epoch that was kept and its figures on the validation part, its ratings by the final calibration."""
    kept, validation = trainer.kept_epoch, trainer.examples.validation
    figures: dict[str, float] = {"kept_epoch": kept}
    if calibration and len(validation):
        predicted = calibration.ratings(trainer.validation.cosines(validation))
        figures["validation_rmse"] = rmse(predicted, validation.values)
        figures["validation_mae"] = mae(predicted, validation.values)
    return figures | {name: value for name, value in trainer.history[kept - 1].items() if name == "validation_ndcg@10"}
