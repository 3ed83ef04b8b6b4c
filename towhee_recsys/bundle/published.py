"""Copies of the models that serve: one for each build of an index, under the build's name.

Training replaces the model in `model.dir`. The one that encodes requests must stay what the index was built with, until
the next one is published: so it is copied when its build goes live, and goes when its build goes.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from towhee_recsys.bundle.bundle import read_bundle
from towhee_recsys.bundle.manifest import MANIFEST
from towhee_recsys.errors import BundleError
from towhee_recsys.support.files import recover, remove_directory, replace_directory


class PublishedModels:
    """The published copies of the models that were in `model_dir`: `<model_dir>.published/<build>`.

    Attributes:
        folder: Where they are.
    """

    def __init__(self, model_dir: str | Path):
        self._trained = Path(model_dir).resolve()
        self.folder = self._trained.with_name(f"{self._trained.name}.published")

    def __str__(self) -> str:
        return f"the folder of published models, {self.folder},"

    def write(self, build: str, model_id: str | None) -> None:
        """Copies the model in `model_dir` for a build of its vectors. A kill leaves the whole copy or none.

        Raises:
            BundleError: the model in `model_dir` is not `model_id`, or cannot be read; or the copy cannot be written.
        """
        bundle = read_bundle(self._trained)  # from the disk, with all its hashes
        if bundle.model_id != model_id:
            raise BundleError(
                f"the model in {self._trained} is {bundle.model_id}, but the vectors are of {model_id}: it was trained "
                "again meanwhile. The live index is as it was; index again."
            )
        try:
            replace_directory(self.folder / build, self._copy)
        except OSError as error:
            raise BundleError(
                f"the model cannot be copied to {self.folder / build}: {error.strerror or error}. "
                "The live index is as it was; fix that and index again."
            ) from None

    def find(self, build: str, model_id: str | None) -> Path | None:
        """The folder with the model of a build: its copy, or `model_dir` where that has the same model; else None.

        A process on another machine may have been given the model alone, without copies of others.
        """
        if self.exists(build):
            return self.folder / build
        return self._trained if model_id is None or self.trained_id() == model_id else None

    def exists(self, version: str) -> bool:
        """Whether there is a copy for a build."""
        recover(self.folder / version)
        return (self.folder / version / MANIFEST).is_file()

    def drop(self, version: str) -> None:
        """Removes the copy for a build; one that is not there is passed over."""
        remove_directory(self.folder / version)

    def _copy(self, folder: Path) -> None:
        shutil.copytree(self._trained, folder, dirs_exist_ok=True)

    def trained_id(self) -> str | None:
        """The id of the model in `model_dir`; None where there is none that can be used."""
        try:
            recover(self._trained)
            return read_bundle(self._trained).model_id
        except BundleError:  # missing or damaged
            return None
