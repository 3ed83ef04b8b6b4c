"""`with profiled(...)`: the report of a block, of all its threads, whether it ends or fails."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from towhee_recsys.errors import RecsysError
from towhee_recsys.support.profiling import profiled


def busy(seconds: float) -> int:
    count, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        count += 1
    return count


def test_functions_of_all_threads_are_in_the_report_and_waiting_threads_are_not(tmp_path: Path) -> None:
    file = tmp_path / "new" / "profile.txt"
    with profiled(file, "Two seconds of nothing"):
        thread = threading.Thread(target=busy, args=[0.3])
        thread.start()
        thread.join()
    text = file.read_text(encoding="utf-8")
    assert text.startswith("Two seconds of nothing\n")
    [line] = [line for line in text.splitlines() if line.endswith(f"{__name__}:busy")]
    own, in_all = map(float, line.split()[:2])
    assert 0 < own <= in_all
    assert "threading:" not in text.split("Functions that took longest")[1].split("busy")[0]
    assert [each.name for each in file.parent.iterdir()] == ["profile.txt"]


def test_imports_are_listed_by_package() -> None:
    code = "from towhee_recsys.support.profiling import profiled\nwith profiled('-'): import pandas"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert re.search(r"^imports +[\d.]+ +[\d.]+ %$", ran.stdout, re.MULTILINE)
    assert re.search(r"without the others that it loads: .*pandas \d", ran.stdout)


def test_a_block_that_fails_has_a_report_and_its_own_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="mine"), profiled(tmp_path / "profile.txt"):
        raise ValueError("mine")
    text = (tmp_path / "profile.txt").read_text(encoding="utf-8")
    assert "It failed: ValueError." in text
    assert "mine" not in text  # an error may quote what is secret


def test_a_file_that_cannot_be_written_is_refused_before_the_block(tmp_path: Path) -> None:
    with pytest.raises(RecsysError) as raised, profiled(tmp_path):
        pytest.fail("the block was run")
    for fact in (str(tmp_path), "is a folder", "Name another file"):
        assert fact in str(raised.value)


def test_a_report_that_cannot_be_written_any_more_does_not_hide_the_error_of_the_block(tmp_path: Path) -> None:
    file = tmp_path / "profile.txt"
    with pytest.raises(FileNotFoundError, match="mine"), profiled(file):
        in_the_way(file).open()
    file.rmdir()
    with pytest.raises(RecsysError, match="cannot be written"), profiled(file):
        in_the_way(file)


def in_the_way(file: Path) -> Path:
    """Makes a folder of that name; gives a file that is not there."""
    file.mkdir()
    return file / "mine"


def test_one_at_a_time(tmp_path: Path) -> None:
    with profiled(tmp_path / "profile.txt"), pytest.raises(RecsysError) as raised, profiled("-"):
        pytest.fail("the block was run")
    assert "another one runs in this process" in str(raised.value)
    with profiled(tmp_path / "profile.txt"):
        pass
