"""Copies of the models that serve, kept for as long as the index has a build of them.

Training replaces the model in `model.dir`. The one that encodes requests must stay what the index was built with, until
the next one is published: so it is copied before its build goes live, and goes when its last build goes.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from towhee_recsys.bundle.bundle import read_bundle
from towhee_recsys.bundle.manifest import MANIFEST, Manifest, read_manifest
from towhee_recsys.errors import BundleError
from towhee_recsys.support.files import recover, remove_directory, remove_unfinished, replace_directory, write_file


class PublishedModels:
    """The published copies of models that were in `model_dir`: `<model_dir>.published/<model id>`.

    Beside them is a file for each build that needs one, `<model_dir>.published/builds/<build>`, with the model's id. It
    is written before the copy and removed before it, so that a copy that no build needs can be removed at any time;
    several indexes can have the same `model_dir`.

    Attributes:
        folder: Where they are.
    """

    def __init__(self, model_dir: str | Path):
        self._trained = Path(os.path.abspath(model_dir))  # of a link, what it leads to may change
        self.folder = self._trained.with_name(f"{self._trained.name}.published")

    def __str__(self) -> str:
        return f"the folder of published models, {self.folder},"

    def write(self, build: str, model_id: str | None) -> None:
        """Keeps the model in `model_dir` for a build of its vectors. A kill leaves the whole copy or none.

        Raises:
            BundleError: the model in `model_dir` is not `model_id`, or cannot be read; or it cannot be copied.
        """
        trained = read_bundle(self._trained)  # from the disk, with all its hashes
        found = trained.model_id
        if found != model_id:
            raise _trained_again(self._trained, found, model_id)
        try:
            self._need_of(build).parent.mkdir(parents=True, exist_ok=True)
            write_file(self._need_of(build), found.encode())
            if not self._is_copied(found):
                replace_directory(self.folder / found, lambda folder: self._copy(folder, trained.manifest))
        except OSError as error:
            raise BundleError(
                f"the model cannot be copied to {self.folder / found}: {error.strerror or error}. "
                "The live index is as it was; fix that and index again."
            ) from None

    def find(self, model_id: str | None) -> Path | None:
        """The folder with a model: its copy, or `model_dir` where that has it; None where it is not on this machine.

        For None, which is vectors of no known model, it is `model_dir`.
        """
        if model_id and _is_bundle(self.folder / model_id):
            return self.folder / model_id
        return self._trained if model_id is None or self._trained_id() == model_id else None

    def exists(self, version: str) -> bool:
        """Whether the model of a build was copied."""
        try:
            return _is_bundle(self.folder / self._need_of(version).read_text(encoding="utf-8"))
        except OSError:
            return False

    def drop(self, version: str) -> None:
        """Removes the need of `version`, if it has one, and the copies that no build needs any more."""
        self._need_of(version).unlink(missing_ok=True)
        remove_unfinished(self._need_of(version))
        needs = self.folder / "builds"
        needed = {each.read_text(encoding="utf-8") for each in needs.iterdir()} if needs.is_dir() else set()
        for each in self.folder.iterdir() if self.folder.is_dir() else ():
            if each != needs and each.name.lstrip(".").partition(".")[0] not in needed:
                remove_directory(each)

    def _need_of(self, build: str) -> Path:
        return self.folder / "builds" / build

    def _is_copied(self, model_id: str) -> bool:
        """Whether the copy is of the same training: with the same weights, one may be measured and another not."""
        copy = self.folder / model_id
        return _is_bundle(copy) and read_manifest(copy) == read_manifest(self._trained)

    def _copy(self, folder: Path, manifest: Manifest) -> None:
        for name in (*manifest.files, MANIFEST):
            shutil.copyfile(self._trained / name, folder / name)
        found = read_bundle(folder).model_id  # a training may have replaced it meanwhile
        if found != manifest.model_id:
            raise _trained_again(self._trained, found, manifest.model_id)

    def _trained_id(self) -> str | None:
        """The id of the model in `model_dir`; None if it is missing or cannot be used."""
        try:
            recover(self._trained)
            return read_bundle(self._trained).model_id
        except (BundleError, OSError):  # missing, damaged or out of reach
            return None


def _is_bundle(folder: Path) -> bool:
    recover(folder)
    return (folder / MANIFEST).is_file()


def _trained_again(folder: Path, found: str, wanted: str | None) -> BundleError:
    return BundleError(
        f"the model in {folder} is {found}, but the vectors are of {wanted}: it was trained again meanwhile. "
        "The live index is as it was; index again."
    )
