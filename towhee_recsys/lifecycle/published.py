"""Which model serves: the one that was published with the live build of the index."""

from __future__ import annotations

from pathlib import Path

from towhee_recsys.bundle import load_bundle
from towhee_recsys.bundle.bundle import read_bundle
from towhee_recsys.bundle.manifest import MANIFEST
from towhee_recsys.bundle.published import PublishedModels
from towhee_recsys.config import Config
from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.stores.vectors import VectorIndex, index_of


class PublishedModel:
    """The model of the live build of a config's index. Safe under threads; each attribute is as of now.

    Of a Milvus server, what is live was read half a second ago at most.
    """

    def __init__(self, config: Config):
        self._config, self._index = config, _existing_index(config)
        self._models = PublishedModels(config.model.dir)

    @property
    def build(self) -> str | None:
        """The name of the live build; None where there is no index."""
        record = self._index.record
        return record.build if record else None

    @property
    def model_id(self) -> str | None:
        """The id of its model; None where there is no index, or it does not know its model."""
        record = self._index.record
        return record.model_id if record else None

    def newest_build(self) -> str | None:
        """The name of the live build, read now."""
        live = self._index.versions(newest=True).live
        return live.build if live else None

    def folder(self) -> Path:
        """The folder with the model.

        Raises:
            IndexMismatchError: there is no index, or its model is not here.
            BundleError: the model in `model.dir` is damaged, and there is no other.
            StoreError: the store fails.
        """
        record = self._index.live_in(self._index.versions(newest=True))
        found = self._models.find(record.build, record.model_id)
        if found is None:
            folder = Path(self._config.model.dir)
            trained = read_bundle(folder).model_id if (folder / MANIFEST).is_file() else "no model"
            raise IndexMismatchError(
                f"the index {record.collection!r} is of model {record.model_id}, which is not here: there is no "
                f"{self._models.folder / record.build}, and {self._config.model.dir} has {trained}. Index again with "
                "`towhee-recsys index -c CONFIG`, or copy the folder of that model to the first of these."
            )
        return found

    def config(self) -> Config:
        """The config with that folder as its model.dir. Raises what `folder` raises."""
        return self._config.with_model_dir(self.folder())


def _existing_index(config: Config) -> VectorIndex:
    """The index, without making a file for it. Where there is no model either, BundleError says to train one."""
    try:
        return index_of(config.milvus, create=False)
    except IndexMismatchError:
        load_bundle(config.model.dir)
        raise


def published_config(config: Config) -> Config:
    """`config` with the folder of the published model as its model.dir.

    Raises:
        IndexMismatchError: there is no index, or its model is not here.
        StoreError: the index cannot be read.
    """
    return PublishedModel(config).config()
