"""Saving a trained model: all that its bundle keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from towhee_recsys.bundle import Bundle, Trained, save_bundle
from towhee_recsys.config import Config
from towhee_recsys.data import Dataset
from towhee_recsys.data.popularity import item_popularity
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.support.step_timers import timed
from towhee_recsys.training.calibrate import quality
from towhee_recsys.training.curves import draw_curves
from towhee_recsys.training.trainer import Trainer


@timed("saving")
def save(
    config: Config,
    dataset: Dataset,
    trained_on: dict[str, Any],
    trainer: Trainer,
    rating_map: Calibration | None,
    calibration: Calibration | None,
) -> Bundle:
    """Writes the bundle of a model that was trained to the end into `model.dir`, in one step, and returns it.

    Args:
        config: The config, which the bundle keeps.
        dataset: What the model was trained on.
        trained_on: The record of the interactions that were used; see `training_split.trained_on`.
        trainer: What trained the model.
        rating_map: The map from cosine to rating that was trained; None where there is no rating scale.
        calibration: The one that predicts ratings; likewise.
    """
    examples, feedback = trainer.examples, dataset.schema.feedback
    trained = Trained(
        config=config,
        users=examples.users,
        items=examples.items,
        known=examples.known(),
        popularity=item_popularity(
            examples.training, len(dataset.items), liked=feedback.liked, half_life=feedback.half_life
        ),
        model=trainer.model,
        rating_map=rating_map,
        calibration=calibration,
        dataset={
            "name": dataset.name,
            "fingerprint": dataset.fingerprint,
            "users": len(dataset.users),
            "items": len(dataset.items),
            "interactions": len(dataset.interactions),
            "removed": dict(dataset.removed),
        },
        item_schema=dataset.item_schema,
        trained_on=trained_on,
        quality=quality(trainer, calibration),
        history=trainer.history,
    )

    def draw(path: Path) -> None:
        draw_curves(trainer.history, trainer.kept_epoch, path)

    return save_bundle(config.model.dir, trained, draw)
