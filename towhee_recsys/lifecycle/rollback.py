"""Rollback to the previous build, with its model and its facts."""

from __future__ import annotations

from towhee_recsys.config import Config, load_config
from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.lifecycle.models import LOCATIONS, models_of
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import IndexRecord, index_of, rollback


def rollback_index(config: Config | str) -> IndexRecord:
    """Makes the previous build live again, with its facts and its model, and returns its record.

    If that model is in `<model.dir>.previous`, the two models are swapped first. If the process is killed then, queries
    still work, because a query uses the kept build of its model if the live build is of another. The same call
    completes a rollback that was killed.

    Raises:
        IndexMismatchError: there is no previous build, or its model is in neither folder; nothing has changed.
        TrainingError: a training is using `model.dir`.
        BundleError: the model cannot be restored.
        StoreError: a store fails.
    """
    config = load_config(config)
    index, catalogue = index_of(config.milvus), open_catalogue(config.catalogue)
    with index.writing:
        previous = index.versions(newest=True).before
        if previous and previous.model_id:
            _restore_model(config, previous)
        return rollback(index, catalogue)


def _restore_model(config: Config, build: IndexRecord) -> None:
    """Makes the build's model the one in `model.dir`."""
    from towhee_recsys.training.previous import restore_previous

    models = models_of(config)
    if build.model_id not in models.values():
        found = ", ".join(f"{location}: {models.get(location, 'none')}" for location in LOCATIONS)
        raise IndexMismatchError(
            f"the previous build, {build.build}, is of model {build.model_id}, which is in neither folder ({found}). "
            f"Nothing was changed. Put the folder of that model back into {config.model.dir}, or index again."
        )
    if models.get("model.dir") != build.model_id:
        restore_previous(config.model.dir, build.model_id)
