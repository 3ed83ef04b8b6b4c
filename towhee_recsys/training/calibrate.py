"""From cosines to ratings: the calibration of a trained model, and how good it then is on the validation part."""

from __future__ import annotations

from towhee_recsys.metrics import mae, rmse
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.training.trainer import Trainer


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


def quality(trainer: Trainer, calibration: Calibration | None) -> dict[str, float]:
    """The epoch that was kept and its figures on the validation part, its ratings by the final calibration."""
    kept, validation = trainer.kept_epoch, trainer.examples.validation
    figures: dict[str, float] = {"kept_epoch": kept}
    if calibration and len(validation):
        predicted = calibration.ratings(trainer.validation.cosines(validation))
        figures["validation_rmse"] = rmse(predicted, validation.values)
        figures["validation_mae"] = mae(predicted, validation.values)
    return figures | {name: value for name, value in trainer.history[kept - 1].items() if name == "validation_ndcg@10"}
