"""Reading a bundle: everything in it is checked before anything of it is used."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from towhee_recsys.bundle.files import recover, sha256
from towhee_recsys.config import Config, load_config
from towhee_recsys.errors import BundleError
from towhee_recsys.features import Side
from towhee_recsys.model.calibration import Calibration

FORMAT_VERSION = 1
MANIFEST = "manifest.json"

_loaded: dict[tuple[Path, str], Bundle] = {}
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
        """The arrays of `weights.npz` or `known.npz` by their names."""
        with np.load(self.directory / name, allow_pickle=False) as file:
            return dict(file)


def load_bundle(directory: str | Path) -> Bundle:
    """The bundle in `directory`, checked; the same one again as long as it is unchanged on disk.

    Raises BundleError when it is missing, incomplete, damaged or of a newer format.
    """
    path = Path(directory).resolve()
    with _lock:
        if not path.exists():
            recover(path)
        text = _read_manifest(path)
        key = path, text
        if key not in _loaded:
            _loaded[key] = _read(path, _checked(path, text))
        return _loaded[key]


def _read(path: Path, manifest: dict[str, Any]) -> Bundle:
    config = load_config(path / "config.yaml")
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
        complete = {"model_id", "dim", "metric", "calibration", "quality", "files"} <= set(manifest)
    except (ValueError, KeyError, TypeError):
        complete, version = False, None
    if version is not None and version != FORMAT_VERSION:
        raise BundleError(
            f"{path} has format version {version}; this towhee_recsys reads {FORMAT_VERSION}. "
            "Use the version that wrote it, or train again."
        )
    if not complete:
        raise BundleError(f"{path / MANIFEST} is damaged. Train again, or restore the folder.")
    return manifest
