"""Reading a bundle: everything in it is checked before anything of it is used."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from towhee_recsys.bundle.files import recover, sha256
from towhee_recsys.config import Config, load_config
from towhee_recsys.errors import BundleError, RecsysError
from towhee_recsys.features import Side
from towhee_recsys.model.calibration import Calibration

FORMAT_VERSION = 2
MANIFEST = "manifest.json"
IDENTITY = ("features.json", "known.npz", "weights.npz")
"""The files that decide what vectors the model gives: the model id is the hash of them and of the calibration."""
TOWERS = ("movie_tower.json", "movie_tower.pdiparams", "user_tower.json", "user_tower.pdiparams")
RATING_TOWER = ("rating_tower.json", "rating_tower.pdiparams")
"""There where the objective is `both`."""

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
    users: Side
    movies: Side

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

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """The arrays of `weights.npz` or `known.npz` by their names. Raises BundleError when they cannot be read."""
        try:
            with np.load(self.directory / name, allow_pickle=False) as file:
                return dict(file)
        except Exception as error:
            raise BundleError(f"{self.directory / name} holds no plain arrays: {error}. Train again.") from None

    def check_unchanged(self) -> None:
        """Raises BundleError when another training has replaced the files since they were loaded."""
        if _parsed(self.directory, _read_manifest(self.directory)) != self.manifest:
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


def _load(path: Path) -> Bundle:
    if not path.exists():
        recover(path)
    text = _read_manifest(path)
    if path not in _loaded or _loaded[path][0] != text:
        _loaded[path] = text, _read(path, _checked(path, text))
    return _loaded[path][1]


def _read(path: Path, manifest: dict[str, Any]) -> Bundle:
    config = load_config(path / "config.yaml")
    complete = config.objective != "both" or set(RATING_TOWER) <= manifest["files"].keys()
    if not complete or config.model.embedding_size != manifest["dim"]:
        raise BundleError(f"{path / MANIFEST} is damaged. Train again, or restore the folder.")
    fitted = json.loads((path / "features.json").read_text(encoding="utf-8"))
    users, movies = Side(config.features.user, fitted["user"]), Side(config.features.movie, fitted["movie"])
    return Bundle(path, manifest, config, users, movies)


def _read_manifest(path: Path) -> str:
    try:
        return (path / MANIFEST).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BundleError(
            f"there is no trained model in {path}. Train one with `towhee-recsys train -c CONFIG`, "
            "or name its folder in model.dir."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BundleError(f"{path / MANIFEST} cannot be read: {error}. Train again, or restore the folder.") from None


def _checked(path: Path, text: str) -> dict[str, Any]:
    manifest = _parsed(path, text)
    for name, digest in manifest["files"].items():
        file = path / name
        if file.parent != path:
            raise BundleError(f"{path / MANIFEST} names a file outside its folder: {name!r}. Do not use this bundle.")
        if not file.is_file():
            raise BundleError(f"{file} is missing. Train again, or restore the whole folder.")
        if sha256(file) != digest:
            raise BundleError(f"{file} is not what was saved: its SHA-256 differs. Train again, or restore the folder.")
    return manifest


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        manifest = json.loads(text)
        version = manifest["format_version"]
        sound = version != FORMAT_VERSION or _is_sound(manifest)
    except (ValueError, KeyError, TypeError, AttributeError):
        sound = False
    if not sound:
        raise BundleError(f"{path / MANIFEST} is damaged. Train again, or restore the folder.")
    if version != FORMAT_VERSION:
        raise BundleError(
            f"{path} has format version {version!r}; this towhee_recsys reads {FORMAT_VERSION}. "
            "Use the version that wrote it, or train again."
        )
    return manifest


def _is_sound(manifest: dict[str, Any]) -> bool:
    files, calibration = manifest["files"], Calibration(**manifest["calibration"])
    right = manifest["metric"] == "IP" and manifest["model_id"] == model_id(files, calibration)
    return right and {"config.yaml", *TOWERS} <= files.keys() and {"dim", "dataset", "quality"} <= manifest.keys()


def model_id(files: Mapping[str, str], calibration: Calibration) -> str:
    """The id of the model whose files have these SHA-256."""
    content = [files[name] for name in IDENTITY], calibration.to_json()
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
