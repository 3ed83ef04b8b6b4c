from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def run(tmp_path: Path) -> Callable[[str], str]:
    """Runs a script in a process of its own, which has 20 seconds, and gives what it prints."""

    def run(script: str) -> str:
        command = [sys.executable, "-W", "ignore", "-c", script]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=20)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
