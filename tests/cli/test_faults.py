"""Faults on the command line: exit code 2 for invalid usage, 1 for failures; one line, no traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from towhee_recsys.config import dump_config

QUERIES = [
    (["-u", "999999"], "user_id 999999 is not known to this model"),
    (["-u", "true"], "user_id 'true' is not known to this model"),
    (["-g", "X"], "gender 'X' is not known. Accepted: F (female), M (male)."),
    (["-a", "-1"], "age '-1' is not known"),
    (["-a", "200"], "or any whole number from 1 to 120"),
    (["-j", "99"], "occupation '99' is not known"),
    (["-l", "5001 or id >= 0"], "liked: given '5001 or id >= 0'"),
    (["-k", "0"], "top_k: given 0, accepted: a whole number from 1 to 16384."),
    (["-k", "-1"], "top_k: given -1, accepted: a whole number from 1 to 16384."),
    (["-k", "2147483648"], "top_k: given 2147483648, accepted: a whole number from 1 to 16384."),
    (["--set", "top_k=1.5"], "top_k: given 1.5, accepted: a whole number from 1 to 16384."),
    (["--set", 'top_k="5"'], "top_k: given '5', accepted: a whole number from 1 to 16384."),
]
BROKEN = {
    "weights.npz": "is not what was saved: its SHA-256 differs. Train again, or restore the folder.",
    "manifest.json": "is damaged. Train again, or restore the folder.",
}


def error_of(ran: Any, code: int) -> str:
    """The one line of the error."""
    assert ran.code == code
    assert ran.out == ""
    lines = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1
    assert ran.err.endswith(f"{lines[0]}\n")
    assert "Traceback" not in ran.err
    return lines[0]


@pytest.mark.parametrize(("options", "message"), QUERIES)
def test_a_question_that_makes_no_sense(run: Any, on_sample: list[str], options: list[str], message: str) -> None:
    assert message in error_of(run("recommend", *on_sample, *options), 2)


@pytest.mark.parametrize("options", [["-k", "1.5"], ["-k", "5.0"], ["-k", "ten"]])
def test_invalid_numbers(run: Any, options: list[str]) -> None:
    ran = run("recommend", "-c", "sample", *options)
    assert ran.code == 2
    assert f"Error: Invalid value for '-k' / '--top-k': '{options[1]}' is not a valid integer" in ran.err


def test_an_unset_variable(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_SET", raising=False)
    file = tmp_path / "shop.yaml"
    file.write_text("extends: sample\ntop_k: ${env:NOT_SET}\n", encoding="utf-8")
    message = f"error: {file}:2: top_k: ${{env:NOT_SET}}: the environment variable NOT_SET is not set."
    assert error_of(run("validate", "-c", str(file)), 2) == message
    assert "NOT_SET is not set." in error_of(run("validate", "-c", "sample", "--set", "catalogue=${env:NOT_SET}"), 2)


@pytest.mark.parametrize("text", ["a: !!python/object/apply:os.system ['id']", "a: *b", "top_k: 1\ntop_k: 2", "a: ["])
def test_a_config_that_is_no_strict_yaml(run: Any, tmp_path: Path, text: str) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(text, encoding="utf-8")
    assert error_of(run("validate", "-c", str(file)), 2).startswith(f"error: {file}:")


@pytest.mark.parametrize("name", BROKEN)
def test_a_damaged_bundle(run: Any, on_sample: list[str], small_bundle: Any, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    for file in small_bundle.directory.iterdir():
        (folder / file.name).write_bytes(file.read_bytes()[: -1 if file.name == name else None])
    (folder / "manifest.json").write_bytes((folder / "manifest.json").read_bytes().rstrip(b"}\n"))
    if name != "manifest.json":
        (folder / "manifest.json").write_bytes((small_bundle.directory / "manifest.json").read_bytes())
    message = error_of(run("recommend", *on_sample, "--set", f"model.dir={folder}"), 1)
    assert message == f"error: {folder / name} {BROKEN[name]}"


@pytest.mark.parametrize("name", ["movies.dat", "users.dat", "ratings.dat"])
def test_a_data_file_of_other_bytes(run: Any, small_data: Path, tmp_path: Path, name: str) -> None:
    for file in small_data.iterdir():
        (tmp_path / file.name).write_bytes(b"\xff\x00\n" if file.name == name else file.read_bytes())
    options = ["--set", "dataset.name=own", "--set", f"dataset.path={tmp_path}", "--set", f"model.dir={tmp_path / 'm'}"]
    message = error_of(run("train", "-c", "sample", *options, "--set", "dataset.strict=true"), 1)
    assert message.startswith(f"error: {tmp_path / name}:1: NUL bytes, as UTF-16 has them")


def test_more_workers_than_the_machine_has_cores(run: Any, tmp_path: Path) -> None:
    options = ["--set", f"model.dir={tmp_path / 'm'}", "--set", "training.device=cpu", "--workers", "1000000"]
    message = error_of(run("train", "-c", "sample", *options), 1)
    for fact in ("workers", "given 1000000", f"accepted: 1 to {os.cpu_count()}"):
        assert fact in message


def test_ctrl_c_ends_a_training_with_one_line(small_config: Any, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(dump_config(small_config("training.epochs=500")), encoding="utf-8")
    command = [sys.executable, "-W", "ignore", "-m", "towhee_recsys", "train", "-q", "-c", str(file)]
    interruptible = partial(
        signal.signal, signal.SIGINT, signal.SIG_DFL
    )  # background processes inherit an ignored SIGINT
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes, preexec_fn=interruptible) as process:
        while process.poll() is None and not (tmp_path / "model.training" / "checkpoint.npz").is_file():
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert out == ""
    assert err.splitlines()[-1].startswith("error: interrupted.")
    assert "The same command resumes the training." in err
    assert "Traceback" not in err
