"""Training that starts from the model in `model.dir` instead of from nothing, on data that have grown since."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from towhee_recsys.bundle import Bundle, load_bundle
from towhee_recsys.bundle.paddle_model import paddle_model
from towhee_recsys.config import Config
from towhee_recsys.config.schema import TrainingConfig
from towhee_recsys.errors import TrainingError, bulleted
from towhee_recsys.features import FeatureEncoder
from towhee_recsys.features.column import State, VocabularyColumn
from towhee_recsys.features.vocabulary import UNKNOWN
from towhee_recsys.model.paddle.fusion import FusionModel
from towhee_recsys.support.step_timers import timed
from towhee_recsys.training.examples import Examples
from towhee_recsys.training.training_split import CONTINUES, TrainingSplit

log = logging.getLogger(__name__)

ABSENT = "nothing"
"""What a message shows for a setting that one of two configs does not have."""


def parent_of(config: Config) -> Bundle:
    """The bundle in `model.dir`, from which a training with `config` can start.

    Raises:
        BundleError: there is none, or it is damaged.
        TrainingError: its weights would mean something else under `config`; all reasons are named.
    """
    bundle = load_bundle(config.model.dir)
    model, given = _weight_settings(bundle.config), _weight_settings(config)
    differing = [
        f"{name}: the model has {model.get(name, ABSENT)}, given {given.get(name, ABSENT)}."
        for name in {**model, **given}
        if model.get(name) != given.get(name)
    ]
    if differing:
        before = f"training cannot continue from the model {bundle.model_id} in {config.model.dir}:"
        after = "Accepted: the settings of the model. Or train from nothing, without --continue."
        raise TrainingError(bulleted(differing, before, after))
    return bundle


def split_for(split: TrainingSplit, parent: Bundle) -> TrainingSplit:
    """`split` without a validation part, which the parent may have trained on: its figures would look too good.

    The record names the parent, so that such a model is not measured on a test part that the parent may have seen.
    """
    nothing = split.validation.take(np.arange(0))
    return replace(split, validation=nothing, record={**split.record, CONTINUES: parent.model_id})


def settings_for(training: TrainingConfig) -> TrainingConfig:
    """The settings of a training that continues: fewer epochs, at a lower rate, which forget less.

    The shares of the defaults were chosen on validation data of MovieLens 1M: see `benchmarks/continued.py`.
    """
    epochs = training.continue_epochs or math.ceil(training.epochs / 4)
    return training.model_copy(
        update={"epochs": epochs, "learning_rate": training.continue_learning_rate or training.learning_rate / 3}
    )


def kept_states(parent: Bundle) -> dict[str, dict[str, State]]:
    """For `user` and `item` what was fitted to columns without a vocabulary, such as the mean of a number, by column.

    It is kept, since the weights depend on it. Vocabularies are fitted again: their rows are known by their values.
    """
    return {
        side: {each.feature.column: each.state for each in encoder.columns if not isinstance(each, VocabularyColumn)}
        for side, encoder in (("user", parent.users), ("item", parent.items))
    }


@timed("building the model")
def start_from(parent: Bundle, model: FusionModel, examples: Examples) -> None:
    """Gives a fresh `model` for `examples` the parent's weights.

    Rows of known ids and values are found by these; those of new ones stay fresh, but a new id has the biases of an
    unknown one. Rows of what the data do not have any more are dropped.

    Raises:
        BundleError: the parent's weights cannot be read, or do not fit it.
    """
    old = {name: weight.numpy() for name, weight in paddle_model(parent).state_dict().items()}
    fresh = {name: weight.numpy() for name, weight in model.state_dict().items()}
    rows = {
        "user": list(_old_rows(examples.users, parent.users)),
        "item": list(_old_rows(examples.items, parent.items)),
    }
    weights = dict(old)
    for role, tower in model.named_children():
        side = rows["item" if role == "item_tower" else "user"]
        for name, feature in tower.tables.items():
            weights[f"{role}.{name}"] = _taken(old[f"{role}.{name}"], fresh[f"{role}.{name}"], side[feature])
        for name, feature in tower.bias_tables.items():
            weights[f"{role}.{name}"] = old[f"{role}.{name}"][np.maximum(side[feature], UNKNOWN)]
    model.set_state_dict(weights)
    new = {name: sum(int((own < 0).sum()) for own in side) for name, side in rows.items()}
    log.info("continuing from %s: %d new values of users, %d of items", parent.model_id, new["user"], new["item"])


def _weight_settings(config: Config) -> dict[str, Any]:
    """The settings that decide what the weights mean, by their names."""
    dumped = config.model_dump(mode="json", include={"objective", "features", "model"})
    features = {
        f"features.{side}[{number}]": feature
        for side in ("user", "item")
        for number, feature in enumerate(dumped["features"][side])
    }
    model = {f"model.{name}": value for name, value in dumped["model"].items() if name != "dir"}
    scale = config.dataset.feedback.scale
    return {"objective": config.objective, **features, **model, "dataset.interactions.scale": scale and list(scale)}


def _old_rows(encoder: FeatureEncoder, parent: FeatureEncoder) -> Iterator[np.ndarray]:
    for column, old in zip(encoder.columns, parent.columns, strict=True):
        yield column.rows_in(old)


def _taken(old: np.ndarray, fresh: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return np.where((rows < 0)[:, None], fresh, old[rows])
