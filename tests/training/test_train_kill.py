"""A training that is killed at any moment, again and again, ends with the model of one that was not."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from towhee_recsys import load_bundle, train
from towhee_recsys.config import Config, dump_config
from towhee_recsys.errors import BundleError

TRAIN = """
import logging, sys
from towhee_recsys import load_config, train
logging.basicConfig(level="INFO", stream=sys.stdout, format="%(message)s", force=True)
train(load_config(sys.argv[1]))
"""


def started(config: Config) -> subprocess.Popen[str]:
    """A process that trains."""
    file = Path(f"{config.model.dir}.yaml")
    file.write_text(dump_config(config), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-c", TRAIN, str(file)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def wait_for_epoch(process: subprocess.Popen[str], epoch: int) -> None:
    for line in process.stdout:
        if line.startswith(f"epoch {epoch}:"):
            return


def wait_for_saving(process: subprocess.Popen[str], config: Config) -> None:
    model = Path(config.model.dir)
    while process.poll() is None and not model.with_name(f".{model.name}.being-written").is_dir():
        time.sleep(0.001)


def trained_or_not(config: Config) -> str | None:
    """The id of the model that is there; None where there is none yet. Half of one fails the test."""
    try:
        return load_bundle(config.model.dir).model_id
    except BundleError as error:
        if "there is no trained model" in str(error):
            return None
        raise


@pytest.mark.slow
def test_killed_at_random_moments_it_ends_as_if_it_had_not_been(small_config, small_bundle):
    config, straight = small_config(), small_bundle.model_id
    draw = random.Random(5)
    for epoch in (1, 3, None):  # None: while the bundle is being written
        with started(config) as process:
            wait_for_saving(process, config) if epoch is None else wait_for_epoch(process, epoch)
            time.sleep(draw.uniform(0, 0.1))
            process.kill()
        assert trained_or_not(config) in (None, straight)
    assert train(config).model_id == trained_or_not(config) == straight
    left = {path.name for path in Path(config.model.dir).parent.iterdir()}
    assert left == {"model", "model.yaml"}


@pytest.mark.slow
def test_killed_while_a_bundle_is_replaced_there_is_always_one(small_config):
    old = train(small_config("training.epochs=1")).model_id
    config = small_config("training.epochs=2")
    with started(config) as process:
        wait_for_saving(process, config)
        time.sleep(random.Random(6).uniform(0, 0.5))
        process.kill()
    found = trained_or_not(config)
    assert found in (old, train(config).model_id)
