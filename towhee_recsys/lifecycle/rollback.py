"""The way back to the build before, together with its model and its facts."""

from __future__ import annotations

from towhee_recsys.config import Config, load_config
from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.lifecycle.parts import PLACES, index_of, models_of
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import IndexRecord, rollback


def rollback_index(config: Config | str) -> IndexRecord:
    """Makes the build before the live one live again, with its facts and its model, and gives its record.

    Where that model is in `<model.dir>.previous`, the two models change places first: a process that is killed then
    leaves a model that its own build answers, for a query goes to the live build or else to the kept one of its model.
    The same call ends what was begun. Raises IndexMismatchError, and changes nothing, when there is no such build or
    its model is in neither folder; TrainingError while a training holds `model.dir`; BundleError; StoreError.
    """
    config = load_config(config)
    index, catalogue = index_of(config), open_catalogue(config.catalogue)
    with index.writing:
        before = index.versions(newest=True).before
        if before and before.model_id:
            _bring_back(config, before)
        return rollback(index, catalogue)


def _bring_back(config: Config, build: IndexRecord) -> None:
    """Makes the build's model the one in `model.dir`."""
    from towhee_recsys.training.previous import restore_previous

    models = models_of(config)
    if build.model_id not in models.values():
        there = ", ".join(f"{place} {models.get(place, 'has none')}" for place in PLACES)
        raise IndexMismatchError(
            f"the build before, {build.build}, is of model {build.model_id}, which is in neither folder ({there}): "
            f"nothing was changed. Put the folder of that model back into {config.model.dir}, or index again."
        )
    if models.get("model.dir") != build.model_id:
        restore_previous(config.model.dir, build.model_id)
