"""Closed, full and unread streams, signals, and a deleted working folder end a command as they end other programs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from towhee_recsys.config import dump_config

COMMANDS = [["validate", "-c", "sample"], ["validate", "-c", "sample", "--json"], ["schema"], ["--help"]]


def shell(command: list[str], redirected: str, **options: Any) -> subprocess.CompletedProcess[str]:
    words = f'"{sys.executable}" -m towhee_recsys {" ".join(command)} {redirected}'
    script = ["bash", "-c", f"set -o pipefail; {words}"]
    return subprocess.run(script, capture_output=True, text=True, check=False, timeout=120, **options)


@pytest.mark.parametrize("command", COMMANDS)
def test_output_that_nobody_reads(command: list[str]) -> None:
    ran = shell(command, "| head -0")
    assert (ran.returncode, ran.stderr) == (128 + signal.SIGPIPE, "")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-", ">&- 2>&- <&-"])
def test_closed_streams(command: list[str], closed: str) -> None:
    ran = shell(command, closed)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert bool(ran.stdout) == (">&-" not in closed.replace("2>&-", ""))


def test_a_file_that_is_written_does_not_get_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    assert shell(["schema", "-o", str(tmp_path / "schema.json")], ">&-").returncode == 0
    assert json.loads((tmp_path / "schema.json").read_text(encoding="utf-8"))["properties"]["top_k"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_stdout(command: list[str]) -> None:
    ran = shell(command, "> /dev/full")
    assert ran.returncode == 1
    [line] = ran.stderr.splitlines()
    assert line.startswith("error: ")
    for fact in ("stdout", "No space left on device", "Free space, or send"):
        assert fact in line


@pytest.mark.parametrize("command", [["train"], ["evaluate", "--report", "report.html"], ["recommend"]])
def test_a_deleted_working_folder(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    (folder := tmp_path / "folder").mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    ran = run(*command, "-c", "sample")
    assert ran.code == 1
    assert ran.err.startswith("error: the working folder has been deleted: change to another one, then repeat")


def test_sigterm_ends_a_training_with_one_line_and_its_checkpoint(small_config: Any, tmp_path: Path) -> None:
    (file := tmp_path / "config.yaml").write_text(dump_config(small_config("training.epochs=500")), encoding="utf-8")
    checkpoint = tmp_path / "model.training" / "checkpoint.npz"
    command = [sys.executable, "-m", "towhee_recsys", "train", "-q", "-c", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not checkpoint.is_file():
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert out == ""
    assert err.strip() == "error: interrupted. The same command resumes the training."
    assert [path.name for path in checkpoint.parent.iterdir()] == ["checkpoint.npz"]


ENDED_DURING_THE_IMPORT = """
import os, signal, sys
from towhee_recsys.cli.errors import Terminated, end_at_sigterm

class Kill:
    def find_spec(self, name, path=None, target=None):
        if name == "paddle.nn":
            os.kill(os.getpid(), signal.SIGTERM)

end_at_sigterm()
sys.meta_path.insert(0, Kill())
try:
    import towhee_recsys.model.paddle.quiet
except Terminated:
    import paddle
    print("terminated, and", paddle.nn.Layer.__name__, "is imported")
"""


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals cannot be made to wait on Windows")
def test_a_sigterm_while_paddle_is_imported_waits_for_the_end_of_the_import() -> None:
    command = [sys.executable, "-c", ENDED_DURING_THE_IMPORT]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.stdout == "terminated, and Layer is imported\n", ended.stderr


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("index", "The same command resumes the indexing."),
        ("train", "The same command resumes the training."),
        ("recommend", ""),
        ("evaluate", ""),
    ],
)
def test_ctrl_c_speaks_of_what_was_interrupted(
    run: Any, monkeypatch: pytest.MonkeyPatch, command: str, expected: str
) -> None:
    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("towhee_recsys.config.load_config", interrupt)
    ran = run(command, "-c", "sample")
    assert ran.code == 1
    assert ran.err.strip() == f"error: interrupted. {expected}".strip()


def test_warnings_of_other_libraries_are_no_errors_and_a_demo_needs_no_validation(tmp_path: Path) -> None:
    settings = ("training.validation=0", "training.epochs=1", f"model.dir={tmp_path / 'model'}")
    stores = (f"milvus.uri={tmp_path / 'items.db'}", f"catalogue=sqlite:///{tmp_path / 'items.sqlite'}")
    options = [part for each in (*settings, *stores) for part in ("--set", each)]
    ran = shell(["demo", *options, "-q"], "", env=os.environ | {"PYTHONWARNINGS": "error"})
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("Trained. Indexed ")
