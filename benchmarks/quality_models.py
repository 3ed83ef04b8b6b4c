"""The models of the benchmark of quality: changes of its config, chosen on validation data inside the training part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from towhee_recsys.config import Config, load_config


@dataclass(frozen=True)
class Model:
    """Changes of the benchmark's config: settings by key, and kinds of item features to leave out."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()

    def __call__(self, config: Config) -> Config:
        """The config with the changes."""
        changed = load_config(config, **self.settings)
        features = [each for each in changed.features.item if each.kind not in self.without]
        return changed.model_copy(update={"features": changed.features.model_copy(update={"item": features})})


RANKING = {
    "objective": "ranking",
    "training.temperature": 0.125,
    "training.ranking_decay": 0.25,
    "training.epochs": 54,
}

BEFORE = {
    "training.teacher": None,
    "training.seen_share": [1],
    "training.label_smoothing": 0,
    "training.preference": [0, 0, 0.3, 1, 1.3],
    "training.epochs": 32,
    "training.batch_size": 604,
    "training.learning_rate": 0.03,
    "training.temperature": 0.12,
    "training.ranking_decay": 0.1,
    "training.rating_decay": 5,
    "training.item_decay": 1,
    "training.rating_weight": 15,
    "training.unknown_rate": 0.02,
}
"""The settings of version 0.1.0: no teacher, and the plain softmax."""

MODELS = {
    "default": Model(),
    "ranking": Model(RANKING),
    "default-r3": Model({"training.preference": [0, 0, 0.6, 1, 1.2], "training.seen_share": [0.4]}),
    "untitled": Model(without=("text",)),
    "before": Model(BEFORE),
}
"""The models of the rows; `before` is what `default` is compared with by slices."""
