"""The models that a config names."""

from __future__ import annotations

from pathlib import Path

from towhee_recsys.config import Config
from towhee_recsys.errors import BundleError

LOCATIONS = ("model.dir", "model.dir.previous")
"""The keys of the two models: the current one, and the one that it replaced."""


def models_of(config: Config) -> dict[str, str]:
    """The ids of the models that can be loaded, by location; the current one first."""
    from towhee_recsys.support.files import previous_of

    folder = Path(config.model.dir).resolve()
    found = zip(LOCATIONS, map(_model_in, (folder, previous_of(folder))), strict=True)
    return {location: model for location, model in found if model}


def _model_in(folder: Path) -> str | None:
    from towhee_recsys.bundle.bundle import read_bundle
    from towhee_recsys.support.files import recover

    try:
        recover(folder)
        return read_bundle(folder).model_id  # from disk, not from this process' cache
    except BundleError:  # missing or damaged: it cannot serve
        return None
