"""Which model serves: the one that was published with the live build of the index."""

from __future__ import annotations

from pathlib import Path

from towhee_recsys.bundle import load_bundle
from towhee_recsys.bundle.bundle import read_bundle
from towhee_recsys.bundle.manifest import MANIFEST
from towhee_recsys.bundle.published import PublishedModels
from towhee_recsys.config import Config
from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.stores.vectors import IndexRecord, VectorIndex, index_of


class PublishedModel:
    """The models of a config's index and of its live build. Safe under threads."""

    def __init__(self, config: Config):
        self._config, self._index = config, _existing_index(config)
        self._models = PublishedModels(config.model.dir)

    def live(self, newest: bool = False) -> IndexRecord | None:
        """The record of the live build; None where there is no index.

        Unless the `newest` is requested, that of a Milvus server was read half a second ago at most.
        """
        return self._index.versions(newest).live

    def must_be_live(self) -> IndexRecord:
        """The record of the live build, read now.

        Raises:
            IndexMismatchError: there is no index.
            StoreError: the index cannot be read.
        """
        return self._index.live_in(self._index.versions(newest=True))

    def folder(self, record: IndexRecord) -> Path:
        """The folder with the model of a build.

        Raises:
            IndexMismatchError: it is not here.
            BundleError: the model in `model.dir` is damaged, and there is no other.
        """
        found = self._models.find(record.model_id)
        if found is None:
            folder = Path(self._config.model.dir)
            trained = read_bundle(folder).model_id if (folder / MANIFEST).is_file() else "no model"
            raise IndexMismatchError(
                f"the index {record.collection!r} is of model {record.model_id}, which is not here: there is no "
                f"{self._models.folder / str(record.model_id)}, and {folder} has {trained}. Index again with "
                "`towhee-recsys index -c CONFIG`, or copy the folder of that model to the first of these."
            )
        return found

    def config(self, record: IndexRecord) -> Config:
        """The config with the folder of a build's model as its model.dir.

        Raises:
            IndexMismatchError: the model is not here.
            BundleError: the model in `model.dir` is damaged, and there is no other.
        """
        return self._config.with_model_dir(self.folder(record))


def published_config(config: Config) -> Config:
    """`config` with the folder of the published model as its model.dir.

    Raises:
        IndexMismatchError: there is no index, or its model is not here.
        BundleError: there is no index and no model, or it is damaged.
        StoreError: the index cannot be read.
    """
    published = PublishedModel(config)
    return published.config(published.must_be_live())


def _existing_index(config: Config) -> VectorIndex:
    """The index, without making a file for it. Where there is no model either, BundleError says to train one."""
    try:
        return index_of(config.milvus, create=False)
    except IndexMismatchError:
        load_bundle(config.model.dir)
        raise
