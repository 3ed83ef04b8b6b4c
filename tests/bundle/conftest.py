from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from towhee_recsys.bundle import Bundle
from towhee_recsys.bundle.manifest import model_id
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.prediction_variance import PredictionVariance
from towhee_recsys.support.files import sha256


@pytest.fixture
def copy(small_bundle: Bundle, tmp_path: Path) -> Path:
    """The folder of a bundle that the test may damage."""
    return Path(shutil.copytree(small_bundle.directory, tmp_path / "model"))


@pytest.fixture
def edit_manifest(copy: Path) -> Callable[..., None]:
    """Rewrites the copy's manifest with these entries changed."""

    def edit_manifest(**changes: Any) -> None:
        edit(copy, changes)

    return edit_manifest


@pytest.fixture
def seal(copy: Path) -> Callable[..., None]:
    """Makes the copy's manifest fit its files, as a forger would, with these entries changed."""

    def seal(**changes: Any) -> None:
        reseal(copy, **changes)

    return seal


def reseal(folder: Path, **changes: Any) -> None:
    """The same for any folder."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8")) | changes
    files = {name: sha256(folder / name) for name in manifest["files"]}
    calibration = manifest["calibration"] and Calibration(**manifest["calibration"])
    variance = manifest.get("prediction_variance")
    variance = variance and PredictionVariance(**variance)
    edit(folder, {"files": files, "model_id": model_id(files, calibration, variance)} | changes)


def edit(folder: Path, changes: dict[str, Any]) -> None:
    """Rewrites the folder's manifest with these entries changed."""
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")
