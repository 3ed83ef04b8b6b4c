"""Bundles whose predicted ratings have planted variances."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from towhee_recsys.bundle.manifest import ITEM_VARIANCES, MANIFEST, USER_VARIANCES, model_id
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.prediction_variance import PredictionVariance
from towhee_recsys.support.files import sha256

PLANTED = PredictionVariance(noise=0.5, user=1.0, item=2.0, new_user=0.4, new_item=0.3, halving=10.0)


def plant_variances(folder: Path, prediction: PredictionVariance = PLANTED) -> tuple[np.ndarray, np.ndarray]:
    """Gives the bundle in `folder` variances of its known users and items, drawn at random, which are returned."""
    file, rng = folder / "known.npz", np.random.default_rng(0)
    with np.load(file) as stored:
        arrays = dict(stored)
    users, items = (rng.uniform(0, 0.3, len(arrays[f"{side}.ids"])).astype(np.float32) for side in ("user", "item"))
    np.savez(file, **arrays | {USER_VARIANCES: users, ITEM_VARIANCES: items})
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    files = {**manifest["files"], file.name: sha256(file)}
    calibration = Calibration(**manifest["calibration"])
    manifest |= {
        "files": files,
        "model_id": model_id(files, calibration, prediction),
        "prediction_variance": asdict(prediction),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return users, items
