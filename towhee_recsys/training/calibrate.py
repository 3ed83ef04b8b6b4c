"""From cosines to ratings: the calibration of a trained model, how sure its ratings are, and how good it then is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from towhee_recsys.metrics import mae, rmse
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.relative_variances import RelativeVariances, relative_variances
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
) -> RelativeVariances | None:
    """How sure predicted ratings are; None without a rating scale or a teacher.

    By the teacher it is known whose and which ratings are hard to predict. The variance of the errors by that is fitted
    on the validation part; without one it is the teacher's.
    """
    if not calibration or not teacher:
        return None
    training, held_out = trainer.examples.training, trainer.examples.validation
    errors = training.values - teacher.predicted(training.users, training.items)
    unsure = teacher.user_variances[training.users] + teacher.item_variances[training.items]
    scale = teacher.noise + float(unsure.mean())
    found = relative_variances(training, errors**2 + unsure, scale, len(teacher.users), len(teacher.items))
    if not len(held_out):
        return found
    errors = held_out.values - calibration.ratings(trainer.validation.cosines(held_out))
    prediction = found.prediction.fitted(errors, found.users[held_out.users], found.items[held_out.items])
    return replace(found, prediction=prediction)


def quality(trainer: Trainer, calibration: Calibration | None) -> dict[str, float]:
    """The epoch that was kept and its figures on the validation part, its ratings by the final calibration."""
    kept, validation = trainer.kept_epoch, trainer.examples.validation
    figures: dict[str, float] = {"kept_epoch": kept}
    if calibration and len(validation):
        predicted = calibration.ratings(trainer.validation.cosines(validation))
        figures["validation_rmse"] = rmse(predicted, validation.values)
        figures["validation_mae"] = mae(predicted, validation.values)
    return figures | {name: value for name, value in trainer.history[kept - 1].items() if name == "validation_ndcg@10"}
