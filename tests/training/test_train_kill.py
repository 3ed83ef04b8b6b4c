"""A training that is killed at any moment, again and again, ends with the model of one that was not."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from towhee_recsys import load_bundle, train
from towhee_recsys.config import Config, dump_config
from towhee_recsys.errors import BundleError

TRAIN = """
import os, pathlib, sys, tempfile
from towhee_recsys import load_config, train
from towhee_recsys.training.curves import draw_curves
import pandas
with tempfile.TemporaryDirectory() as folder:  # the first picture takes long
    draw_curves([{"epoch": 1, "learning_rate": 1, "loss": 1}], 1, pathlib.Path(folder, "curves.png"))
for line in sys.stdin:  # a fork for each training, so that what can be shared is done once
    if not (child := os.fork()):
        train(load_config(line.strip()))
        os._exit(0)
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""
MOMENTS = 20


class Trainings:
    """Trainings in processes of their own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", TRAIN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run(self, config: Config, kill_after: float | None = None) -> float:
        """Trains, for so many seconds at most; returns how long it took. It may have ended before the kill."""
        file = Path(f"{config.model.dir}.yaml")
        file.write_text(dump_config(config), encoding="utf-8")
        self._process.stdin.write(f"{file}\n")
        self._process.stdin.flush()
        child, begun = int(self._process.stdout.readline()), time.monotonic()
        if kill_after is not None:
            time.sleep(kill_after)
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        status = int(self._process.stdout.readline())
        assert status in ((0,) if kill_after is None else (0, 9))
        return time.monotonic() - begun

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()


@pytest.fixture
def trainings():
    trainings = Trainings()
    yield trainings
    trainings.close()


def trained_or_not(config: Config) -> str | None:
    """The id of the model that is there; None where there is none yet. Half of one fails the test."""
    try:
        return load_bundle(config.model.dir).model_id
    except BundleError as error:
        if "there is no trained model" in str(error):
            return None
        raise


@pytest.mark.slow
def test_killed_at_20_random_moments_it_ends_as_if_it_had_not_been(tiny_config, trainings, tmp_path):
    """Each kill is at some point of a training; the next one resumes from its files, and is removed once complete."""
    config, undisturbed, draw = tiny_config(), tiny_config(f"model.dir={tmp_path / 'undisturbed'}"), random.Random(5)
    whole = trainings.run(undisturbed)
    straight = trained_or_not(undisturbed)
    ended = 0
    for _ in range(MOMENTS):
        trainings.run(config, kill_after=draw.uniform(0, min(whole, 2)))
        found = trained_or_not(config)
        assert found in (None, straight)
        if found:
            ended += 1
            shutil.rmtree(config.model.dir)
    assert ended < MOMENTS
    assert train(config).model_id == trained_or_not(config) == straight
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"model", "model.yaml", "undisturbed", "undisturbed.yaml", "tiny"}


@pytest.mark.slow
def test_killed_while_a_bundle_is_replaced_there_is_always_one(tiny_config, trainings):
    train(tiny_config("training.epochs=1"))
    config, draw = tiny_config("training.epochs=2"), random.Random(6)
    for _ in range(5):
        trainings.run(config, kill_after=draw.uniform(0.2, 1))
        assert trained_or_not(config) is not None
    assert train(config).model_id == trained_or_not(config)
