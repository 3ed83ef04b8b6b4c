"""Towers as Paddle inference models: written at the end of training, run at query."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from towhee_recsys.features import Side
from towhee_recsys.model.quiet_paddle import inference, paddle
from towhee_recsys.model.towers import Tower


def export_tower(tower: Tower, side: Side, path: Path) -> None:
    """Writes `path`.json (the program) and `path`.pdiparams (the weights), for batches of any size."""
    inputs = [
        paddle.static.InputSpec([None, *array.shape[1:]], str(array.dtype), name=f"{feature.kind}_{place}")
        for place, (feature, array) in enumerate(zip(side.features, side.encode([{}]), strict=True))
    ]
    tower.eval()
    paddle.jit.save(tower, str(path), input_spec=[inputs])


class ExportedTower:
    """An exported tower, loaded once; any number of threads may call it."""

    def __init__(self, path: Path):
        config = inference.Config(f"{path}.json", f"{path}.pdiparams")
        config.disable_glog_info()
        self._predictor: Any = inference.create_predictor(config)
        self._lock = threading.Lock()  # a predictor's inputs and outputs are its own state

    def __call__(self, arrays: Sequence[np.ndarray]) -> np.ndarray:
        """Raw vectors float32[n, dim] for arrays in the order of the declared features."""
        with self._lock:
            for name, array in zip(self._predictor.get_input_names(), arrays, strict=True):
                handle = self._predictor.get_input_handle(name)
                handle.reshape(array.shape)
                handle.copy_from_cpu(np.ascontiguousarray(array))
            self._predictor.run()
            return self._predictor.get_output_handle(self._predictor.get_output_names()[0]).copy_to_cpu()
