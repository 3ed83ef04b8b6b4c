"""Checkpoints: the state after each epoch, so that a killed training goes on where it was."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from towhee_recsys.config import Config
from towhee_recsys.support.files import write_atomically
from towhee_recsys.training.lock import beside

GROUPS = ("weights", "kept", "optimizer")


SHARE = 0.1
"""Writing may take this share of the time that training takes; so large models are not written every epoch."""


class Checkpoint:
    """The file `<model.dir>.training/checkpoint.npz`; it belongs to one config and one part of one dataset."""

    def __init__(self, config: Config, trained_on: dict[str, Any]):
        self.folder = beside(config.model.dir)
        self.path = self.folder / "checkpoint.npz"
        self.epoch = 0
        self._key = _key(config, trained_on)
        self._trained = self._written = 0.0

    def write(self, state: dict[str, Any], took: float) -> None:
        """Replaces the file by `state` in one step, unless writing has had its share; the epoch `took` seconds."""
        self._trained += took
        if self._written > SHARE * self._trained:
            return
        began = time.monotonic()
        self.folder.mkdir(parents=True, exist_ok=True)
        arrays = {f"{group}/{name}": array for group in GROUPS for name, array in state[group].items()}
        header = np.frombuffer(json.dumps({"key": self._key, "history": state["history"]}).encode(), dtype=np.uint8)

        def write(path: Path) -> None:
            with path.open("wb") as file:
                np.savez(file, header=header, **arrays)

        write_atomically(self.path, write)
        self.epoch = len(state["history"])
        self._written += time.monotonic() - began

    def read(self) -> dict[str, Any] | None:
        """The state to go on from; None when there is none, it is damaged, or of another config or dataset."""
        try:
            with np.load(self.path, allow_pickle=False) as file:
                header = json.loads(file["header"].tobytes())
                if header["key"] != self._key:
                    return None
                state: dict[str, Any] = {group: {} for group in GROUPS}
                for name in file.files:
                    group, _, own = name.partition("/")
                    if own:
                        state[group][own] = file[name]
                self.epoch = len(header["history"])
                return state | {"history": header["history"]}
        except Exception:  # whatever is wrong with the file: training starts anew
            return None

    def remove(self) -> None:
        """Training is over, or starts anew."""
        self.path.unlink(missing_ok=True)


def _key(config: Config, trained_on: dict[str, Any]) -> str:
    """What must be the same for a state to be gone on from; how long and how fast to train may change."""
    training = config.training.model_dump(exclude={"epochs", "patience", "learning_rate", "warmup_steps", "device"})
    shape = config.objective, config.model.model_dump(exclude={"dir"}), config.features.model_dump(mode="json")
    text = json.dumps([trained_on, config.seed, training, shape], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
