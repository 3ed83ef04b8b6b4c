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

PLANTED = PredictionVariance(scale=0.7, user_power=0.9, item_power=0.8, new_user=1.2, new_item=1.5)


def plant_variances(folder: Path, prediction: PredictionVariance = PLANTED) -> tuple[np.ndarray, np.ndarray]:
    """Gives the bundle in `folder` variances of its known users and items, drawn at random, which are returned."""
    file, rng = folder / "known.npz", np.random.default_rng(0)
    with np.load(file) as stored:
        arrays = dict(stored)
    users, items = (rng.uniform(0.5, 2, len(arrays[f"{side}.ids"])).astype(np.float32) for side in ("user", "item"))
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
