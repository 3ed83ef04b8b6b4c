"""Reading a bundle: everything in it is checked before anything of it is used."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from towhee_recsys.bundle.manifest import checked, damaged, parsed, read_manifest
from towhee_recsys.config import Config, DataSchema, load_config, read_yaml
from towhee_recsys.data.items import ItemSchema
from towhee_recsys.errors import BundleError, ConfigError, RecsysError
from towhee_recsys.features import FeatureEncoder
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.support.files import recover

_loaded: dict[Path, tuple[str, Bundle]] = {}
_lock = threading.Lock()


@dataclass(frozen=True, eq=False)
class Bundle:
    """A trained model on disk. `manifest` has format_version, model_id, versions, seed, dataset, dim, metric,
    calibration, quality and the SHA-256 of every file.
    """

    directory: Path
    manifest: dict[str, Any]
    config: Config
    users: FeatureEncoder
    items: FeatureEncoder

    @property
    def model_id(self) -> str:
        """The hash of what decides the vectors: features, weights and calibration."""
        return self.manifest["model_id"]

    @property
    def dim(self) -> int:
        """The length of the vectors."""
        return self.manifest["dim"]

    @cached_property
    def calibration(self) -> Calibration:
        """From cosine to stars."""
        return Calibration(**self.manifest["calibration"])

    @property
    def schema(self) -> DataSchema:
        """The declaration of the dataset that the model was trained on."""
        return self.config.dataset

    @cached_property
    def item_schema(self) -> ItemSchema:
        """What a catalogue and an index keep of the items."""
        return ItemSchema.from_json(self.manifest["items"])

    def arrays(self, name: str, prefix: str = "") -> dict[str, np.ndarray]:
        """The arrays of `weights.npz` or `known.npz` by their names; with a `prefix` those that begin with it.

        Raises BundleError when they cannot be read.
        """
        try:
            with np.load(self.directory / name, allow_pickle=False) as file:
                return {each: file[each] for each in file.files if each.startswith(prefix)}
        except Exception as error:
            raise BundleError(f"{self.directory / name} holds no plain arrays: {error}. Train again.") from None

    def check_unchanged(self) -> None:
        """Raises BundleError when another training has replaced the files since they were loaded."""
        if parsed(self.directory, read_manifest(self.directory)) != self.manifest:
            raise BundleError(f"the model in {self.directory} was replaced after it was loaded. Load it again.")


def load_bundle(directory: str | Path) -> Bundle:
    """The bundle in `directory`, checked; the same one again as long as it is unchanged on disk.

    Raises BundleError when it is missing, incomplete, damaged or of a newer format.
    """
    path = Path(directory).resolve()
    with _lock:
        try:
            return _load(path)
        except (RecsysError, OSError):
            return _load(path)  # if a training replaced it in the meantime, this time it is whole


def read_bundle(path: Path) -> Bundle:
    """The bundle in `path`, read and checked from its first file to its last. Raises BundleError."""
    return _read(path, checked(path, read_manifest(path)))


def _load(path: Path) -> Bundle:
    if not path.exists():
        recover(path)
    text = read_manifest(path)
    if path not in _loaded or _loaded[path][0] != text:
        _loaded[path] = text, _read(path, checked(path, text))
    return _loaded[path][1]


def _read(path: Path, manifest: dict[str, Any]) -> Bundle:
    config = _config(path / "config.yaml")
    if config.model.embedding_size != manifest["dim"]:
        raise damaged(path)
    users, items = _sides(path / "features.json", config)
    return Bundle(path, manifest, config, users, items)


def _config(file: Path) -> Config:
    """The config of a bundle, which stands alone: a bundle may come from anywhere, and reads no other file."""
    try:
        settings = read_yaml(file).data
        if "extends" in settings:
            raise BundleError(f"{file} extends a file outside its folder. Do not use this bundle.")
        return load_config(settings)
    except ConfigError as error:
        raise BundleError(f"{file} is no config of a model: {error} Train again, or restore the folder.") from None


def _sides(file: Path, config: Config) -> tuple[FeatureEncoder, FeatureEncoder]:
    try:
        fitted = json.loads(file.read_text(encoding="utf-8"))
        users, items = (
            FeatureEncoder(config.features.user, fitted["user"]),
            FeatureEncoder(config.features.item, fitted["item"]),
        )
        for side in (users, items):
            side.encode([dict.fromkeys(side.state["columns"])])
    except Exception as error:  # whatever may be in there
        raise BundleError(
            f"{file} has no vocabularies that fit config.yaml: {error!r}. Train again, or restore the folder."
        ) from None
    return users, items
