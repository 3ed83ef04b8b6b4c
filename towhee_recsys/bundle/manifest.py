"""The manifest of a bundle: what it must say, and that the files beside it are those that it names."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from towhee_recsys.errors import BundleError
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.support.files import sha256

FORMAT_VERSION = 4
MANIFEST = "manifest.json"
IDENTITY = ("features.json", "known.npz", "weights.npz")
"""The files that decide what vectors the model gives: the model id is the hash of them and of the calibration."""


def read_manifest(folder: Path) -> str:
    """The manifest's text. Raises BundleError when it is missing or cannot be read."""
    try:
        return (folder / MANIFEST).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BundleError(
            f"there is no trained model in {folder}. Train one with `towhee-recsys train -c CONFIG`, "
            "or name its folder in model.dir."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BundleError(f"{folder / MANIFEST} cannot be read: {error}. Train again, or restore the folder.") from None


def checked(folder: Path, text: str) -> dict[str, Any]:
    """What the manifest's `text` says, after comparing every file of `folder` with it. Raises BundleError."""
    manifest = parsed(folder, text)
    for name, digest in manifest["files"].items():
        file = folder / name
        if file.parent != folder:
            raise BundleError(f"{folder / MANIFEST} names a file outside its folder: {name!r}. Do not use this bundle.")
        if not file.is_file():
            raise BundleError(f"{file} is missing. Train again, or restore the whole folder.")
        if sha256(file) != digest:
            raise BundleError(f"{file} is not what was saved: its SHA-256 differs. Train again, or restore the folder.")
    return manifest


def parsed(folder: Path, text: str) -> dict[str, Any]:
    """What the manifest's `text` says. Raises BundleError when it is damaged, or of another format."""
    try:
        manifest = json.loads(text)
        version = manifest["format_version"]
        sound = version != FORMAT_VERSION or _is_sound(manifest)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise damaged(folder)
    if version != FORMAT_VERSION:
        raise BundleError(
            f"{folder} has format version {version!r}; this towhee_recsys reads {FORMAT_VERSION}. "
            "Use the version that wrote it, or train again."
        )
    return manifest


def damaged(folder: Path) -> BundleError:
    """The error for a manifest whose entries do not fit together."""
    return BundleError(f"{folder / MANIFEST} is damaged. Train again, or restore the folder.")


def model_id(files: Mapping[str, str], calibration: Calibration) -> str:
    """The id of the model whose files have these SHA-256."""
    content = [files[name] for name in IDENTITY], calibration.to_json()
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _is_sound(manifest: dict[str, Any]) -> bool:
    files, calibration = manifest["files"], _calibration(manifest["calibration"])
    _calibration(manifest["rating_map"])
    right = manifest["metric"] == "IP" and manifest["model_id"] == model_id(files, calibration)
    complete = "config.yaml" in files and {"dim", "dataset", "items"} <= manifest.keys()
    return right and complete and manifest["quality"]["kept_epoch"] >= 0 and bool(manifest["versions"]["paddlepaddle"])


def _calibration(numbers: dict[str, float]) -> Calibration:
    found = Calibration(**numbers)
    if not all(map(math.isfinite, found.to_json().values())):
        raise ValueError("not finite")
    return found
