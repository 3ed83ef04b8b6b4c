"""The bundle that a config's validation has made already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from towhee_recsys.bundle import Bundle
from towhee_recsys.bundle.bundle import load_bundle
from towhee_recsys.bundle.manifest import MANIFEST
from towhee_recsys.config import Config
from towhee_recsys.data import Dataset
from towhee_recsys.errors import RecsysError
from towhee_recsys.support.files import recover
from towhee_recsys.training.training_split import trained_on

CONTINUED = ("continue_epochs", "continue_learning_rate")
"""Settings of trainings that continue a model."""


def validated(config: Config, dataset: Dataset) -> Bundle | None:
    """The bundle in `model.dir` if this config has trained it on its protocol's training part of these data."""
    folder = Path(config.model.dir).resolve()
    recover(folder)
    if not (folder / MANIFEST).is_file():
        return None
    try:
        bundle = load_bundle(folder)
    except RecsysError:  # damaged, or of another version: it will be replaced
        return None
    same_settings = settings(bundle.config) == settings(config)
    same_data = bundle.manifest.trained_on == trained_on(dataset, config.protocol, config.seed)
    return bundle if same_settings and same_data else None


def settings(config: Config) -> dict[str, Any]:
    """The settings that decide the result of a training on given interactions, as plain data."""
    sections = config.model_dump(mode="json", include={"objective", "features", "model", "training"})
    sections["model"].pop("dir")
    for name in ("device", *CONTINUED):
        sections["training"].pop(name)
    return sections
