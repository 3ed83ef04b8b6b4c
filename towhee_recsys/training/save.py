"""Saving a trained model: all that its bundle keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from towhee_recsys.bundle import Bundle, Trained, save_bundle
from towhee_recsys.config import Config
from towhee_recsys.config.interactions import Feedback
from towhee_recsys.data import Dataset, ItemSchema
from towhee_recsys.data.popularity import item_popularity
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.relative_variances import RelativeVariances
from towhee_recsys.support.step_timers import timed
from towhee_recsys.training.calibrate import quality
from towhee_recsys.training.compared_users import compared_users
from towhee_recsys.training.curves import draw_curves
from towhee_recsys.training.trainer import Trainer


class DataRecord(NamedTuple):
    """What a bundle records of its data.

    Attributes:
        facts: The dataset's name and fingerprint, and its numbers of users, items and interactions.
        item_schema: The columns of the items that a catalogue and an index keep.
        feedback: What the values of interactions mean.
        trained_on: The record of the interactions that were used; see `training_split.trained_on`.
    """

    facts: dict[str, Any]
    item_schema: ItemSchema
    feedback: Feedback
    trained_on: dict[str, Any]


def data_record(dataset: Dataset, trained_on: dict[str, Any]) -> DataRecord:
    """The record of `dataset`."""
    facts = {
        "name": dataset.name,
        "fingerprint": dataset.fingerprint,
        "users": len(dataset.users),
        "items": len(dataset.items),
        "interactions": len(dataset.interactions),
        "removed": dict(dataset.removed),
    }
    return DataRecord(facts, dataset.item_schema, dataset.schema.feedback, trained_on)


@timed("saving")
def save(
    config: Config,
    data: DataRecord,
    trainer: Trainer,
    rating_map: Calibration | None,
    calibration: Calibration | None,
    variances: RelativeVariances | None = None,
) -> Bundle:
    """Writes the bundle of a model that was trained to the end into `model.dir`, in one step, and returns it.

    Args:
        config: The config, which the bundle keeps.
        data: The record of what the model was trained on.
        trainer: What trained the model.
        rating_map: The map from cosine to rating that was trained; None where there is no rating scale.
        calibration: The one that predicts ratings; likewise.
        variances: How sure predicted ratings are; None where no teacher was trained.
    """
    examples, feedback = trainer.examples, data.feedback
    trained = Trained(
        config=config,
        users=examples.users,
        items=examples.items,
        known=examples.known(),
        counts=np.bincount(examples.training.users, minlength=len(examples.user_ids)).astype(np.int32),
        item_counts=examples.item_counts,
        compared=compared_users(trainer),
        popularity=item_popularity(
            examples.training, len(examples.item_ids), liked=feedback.liked, half_life=feedback.half_life
        ),
        model=trainer.model,
        regression=trainer.regression,
        rating_map=rating_map,
        calibration=calibration,
        variances=variances,
        dataset=data.facts,
        item_schema=data.item_schema,
        trained_on=data.trained_on,
        quality=quality(trainer, calibration),
        history=trainer.history,
    )

    def draw(path: Path) -> None:
        draw_curves(trainer.history, trainer.kept_epoch, path)

    return save_bundle(config.model.dir, trained, draw)
