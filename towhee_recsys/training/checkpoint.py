"""Checkpoints: the state after each epoch, so that a training that was killed resumes where it was."""

from __future__ import annotations

import hashlib
import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np

from towhee_recsys.support.files import remove_unfinished, write_file
from towhee_recsys.support.step_timers import timed

GROUPS = ("weights", "kept", "optimizer")

WRITING_SHARE = 0.1
"""Writing may take this share of the time that training takes, so a large model is not written every epoch."""

VERSION = 2
"""The version of what a state consists of: one of another version is not resumed."""

MAY_CHANGE = ("epochs", "patience", "learning_rate", "warmup_steps")
"""Settings of training that may differ in the process that resumes: how long to train, and how fast."""


class Checkpoint:
    """The file `checkpoint.npz` in `folder`, of one training.

    `record` describes what it trains on, and `settings` how, as plain data: a state with others is not resumed.
    """

    def __init__(self, folder: Path, record: dict[str, Any], settings: dict[str, Any], seed: int):
        self.folder, self.path = folder, folder / "checkpoint.npz"
        self.epoch = 0
        self._key = _key(record, settings, seed)
        self._seconds_trained = self._seconds_written = 0.0

    @timed("checkpoints")
    def write(self, state: dict[str, Any], seconds: float = math.inf) -> None:
        """Replaces the file in one step, unless writing has used its share of the time; the epoch took `seconds`.

        Without `seconds` the file is written in any case.
        """
        self._seconds_trained += seconds
        if self._seconds_written > WRITING_SHARE * self._seconds_trained:
            return
        start = time.monotonic()
        self.folder.mkdir(parents=True, exist_ok=True)
        arrays = {f"{group}/{name}": array for group in GROUPS for name, array in state[group].items()}
        header = np.frombuffer(json.dumps({"key": self._key, "history": state["history"]}).encode(), dtype=np.uint8)

        remove_unfinished(self.path)
        write_file(self.path, lambda file: np.savez(file, header=header, **arrays))
        self.epoch = len(state["history"])
        self._seconds_written += time.monotonic() - start

    def read(self) -> dict[str, Any] | None:
        """The state to resume from; None where there is none, or it is damaged or of another training."""
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
        except Exception:  # whatever is wrong with the file: training starts again
            return None

    def remove(self) -> None:
        """Removes the file: training is over, or starts again."""
        self.path.unlink(missing_ok=True)
        remove_unfinished(self.path)


def _key(record: dict[str, Any], settings: dict[str, Any], seed: int) -> str:
    training = {name: value for name, value in settings["training"].items() if name not in MAY_CHANGE}
    text = json.dumps([VERSION, record, {**settings, "training": training}, seed], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
