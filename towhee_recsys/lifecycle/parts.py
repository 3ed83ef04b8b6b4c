"""What a config names that is kept together."""

from __future__ import annotations

from pathlib import Path

from towhee_recsys.config import Config
from towhee_recsys.errors import BundleError
from towhee_recsys.stores.vectors import VectorIndex, open_index

PLACES = ("model.dir", "model.dir.previous")
"""Where a model may lie: the one that serves, and the one that it replaced."""


def index_of(config: Config) -> VectorIndex:
    """The index that `config` names. Raises StoreError when Milvus cannot be reached or opened."""
    milvus = config.milvus
    return open_index(milvus.uri, milvus.collection, milvus.access.model_dump())


def models_of(config: Config) -> dict[str, str]:
    """The ids of the sound models that there are, by their places; the one that serves first."""
    from towhee_recsys.support.files import previous_of

    folder = Path(config.model.dir).resolve()
    found = zip(PLACES, map(_model_in, (folder, previous_of(folder))), strict=True)
    return {place: model for place, model in found if model}


def _model_in(folder: Path) -> str | None:
    from towhee_recsys.bundle.bundle import read_bundle
    from towhee_recsys.support.files import recover

    try:
        recover(folder)
        return read_bundle(folder).model_id  # from the disk, whatever this process has loaded before
    except BundleError:  # none, or a damaged one: nobody can serve from it
        return None
