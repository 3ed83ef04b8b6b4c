"""Trainings by several processes: the same model as by one, and what happens when one of them dies."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import pytest

from towhee_recsys import train
from towhee_recsys.config import Config, dump_config, load_config
from towhee_recsys.errors import TrainingError
from towhee_recsys.training.folders import work_dir

FOREVER = "training.epochs=100000"

several_cores = pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="two workers need two cores")


def checkpoint_of(config: Config) -> Path:
    return work_dir(config.model.dir) / "checkpoint.npz"


def history_of(config: Config) -> list[dict[str, float]]:
    """The history of the model in `model.dir`."""
    return json.loads((Path(config.model.dir) / "history.json").read_text("utf-8"))


def histories(config: Config, workers: int, **options: bool) -> list[dict[str, float]]:
    """The history of a training by so many workers."""
    train(config, workers=workers, **options)
    return history_of(config)


def kept_history(config: Config) -> list[dict[str, float]]:
    """The history in the checkpoint."""
    with np.load(checkpoint_of(config)) as file:
        return json.loads(file["header"].tobytes())["history"]


@several_cores
def test_two_workers_make_the_model_of_one(small_config, tmp_path):
    """Blocks of 15 users, so that the parts differ, and the last block of an epoch is small."""
    settings = ("training.batch_size=15", "training.validation=0.2", "training.epochs=2")
    one, two = (
        histories(small_config(*settings, f"model.dir={tmp_path / str(workers)}"), workers) for workers in (1, 2)
    )
    assert [line.keys() for line in two] == [line.keys() for line in one]
    for found, expected in zip(two, one, strict=True):
        for name, value in expected.items():
            assert found[name] == pytest.approx(value, rel=1e-3), name
    assert two[0]["loss"] == pytest.approx(one[0]["loss"], rel=1e-5)
    assert not work_dir(tmp_path / "2").exists()


@several_cores
@pytest.mark.slow
def test_two_workers_continue_a_model_as_one_does(tiny_config, tmp_path):
    models = [tmp_path / "1", tmp_path / "2"]
    train(tiny_config(f"model.dir={models[0]}"))
    shutil.copytree(*models)
    one, two = (
        histories(tiny_config(f"model.dir={model}"), int(model.name), warm_start=True, final=True) for model in models
    )
    assert [line["loss"] for line in two] == pytest.approx([line["loss"] for line in one], rel=1e-4)


@pytest.fixture(scope="module")
def many_users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of so many users that their tables are updated row by row."""
    file = tmp_path_factory.mktemp("many") / "events.csv"
    lines = (f"{user},{(user * 7 + own * own) % 50}\n" for user in range(20_000) for own in range(2))
    file.write_text("user,item\n" + "".join(lines), encoding="utf-8")
    return file


@several_cores
@pytest.mark.slow
def test_rows_of_large_tables_are_those_of_one_worker(many_users, tmp_path):
    def config(workers: int) -> Config:
        return load_config(
            dataset={
                "name": "many",
                "interactions": {"path": str(many_users), "user": "user", "item": "item"},
            },
            features={"user": [{"kind": "id", "column": "user"}], "item": [{"kind": "id", "column": "item"}]},
            model={"dir": str(tmp_path / str(workers)), "embedding_size": 8},
            training={"epochs": 2, "batch_size": 2500, "device": "cpu", "validation": 0.05},
            protocol="random-811-r3",
        )

    one, two = (histories(config(workers), workers) for workers in (1, 2))
    assert [line["loss"] for line in two] == pytest.approx([line["loss"] for line in one], rel=1e-4)


def kill_a_worker_after(file: Path) -> threading.Thread:
    """Kills the second worker of this process as soon as there is `file`, while the first writes it again."""

    def kill() -> None:
        while not file.exists():
            time.sleep(0.02)
        file.with_name(f".{file.name}.being-written-0").touch()
        workers = sorted(active_children(), key=lambda process: process.pid or 0)
        workers[1].kill()

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    return thread


@several_cores
def test_a_killed_worker_ends_the_training_which_resumes(tiny_config):
    config = tiny_config(FOREVER)
    killing = kill_a_worker_after(checkpoint_of(config))
    with pytest.raises(TrainingError, match=r"worker 2 of 2 \(process \d+\) was killed by SIGKILL") as raised:
        train(config, workers=2)
    killing.join()
    assert str(checkpoint_of(config)) in str(raised.value)
    assert active_children() == []
    assert [path.name for path in work_dir(config.model.dir).iterdir()] == ["checkpoint.npz"]
    kept = kept_history(config)
    resumed = histories(tiny_config(f"training.epochs={len(kept) + 2}"), workers=2)
    assert (resumed[: len(kept)], len(resumed)) == (kept, len(kept) + 2)
    assert not work_dir(config.model.dir).exists()


@several_cores
@pytest.mark.slow
@pytest.mark.parametrize(
    ("send", "number", "message"),
    [
        (os.kill, signal.SIGKILL, ""),
        (os.killpg, signal.SIGINT, "error: interrupted. The same command resumes the training."),
    ],
    ids=["SIGKILL", "Ctrl-C"],
)
def test_workers_end_with_the_process_that_started_them(tiny_config, tmp_path, send, number, message):
    config, file = tiny_config(FOREVER), tmp_path / "config.yaml"
    file.write_text(dump_config(config), encoding="utf-8")
    command = [sys.executable, "-m", "towhee_recsys", "train", "-q", "-c", str(file), "--workers", "2"]
    interruptible = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # background processes may ignore it
    options = {"stderr": subprocess.PIPE, "text": True, "start_new_session": True, "preexec_fn": interruptible}
    with subprocess.Popen(command, **options) as process:
        wait_until(checkpoint_of(config).exists)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii").split()
        assert len(children) >= 2
        send(process.pid, number)
        assert process.communicate()[1].strip() == message, "the workers are as quiet as the command"
    wait_until(lambda: not any(map(runs, children)))
    kept = kept_history(config)
    subprocess.run([*command, "--set", f"training.epochs={len(kept) + 1}"], check=True)
    resumed = history_of(config)
    assert (resumed[: len(kept)], len(resumed)) == (kept, len(kept) + 1)
    assert not work_dir(config.model.dir).exists()


def wait_until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 300
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)


def runs(pid: str) -> bool:
    """Whether a process has not ended; one may have whose parent does not wait for it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@several_cores
@pytest.mark.slow
def test_a_loss_that_is_not_finite_ends_all_workers(tiny_config):
    config = tiny_config("training.learning_rate=1e30")
    with pytest.raises(
        TrainingError, match=r"became (nan|inf|-inf) in epoch 2.*Lower training.learning_rate"
    ) as raised:
        train(config, workers=2)
    assert f"The state of epoch 1 is kept in {checkpoint_of(config)}" in str(raised.value)
    assert active_children() == []
    assert [path.name for path in work_dir(config.model.dir).iterdir()] == ["checkpoint.npz"]


@pytest.mark.parametrize("given", [0, -1, 1_000_000])
def test_a_number_of_workers_for_which_there_is_no_place_is_refused(tiny_config, given):
    config = tiny_config()
    with pytest.raises(TrainingError, match=rf"given {given}, accepted: 1 to {os.cpu_count()} "):
        train(config, workers=given)
    assert not Path(config.model.dir).exists()
