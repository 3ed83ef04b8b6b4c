"""What holds for every vector store holds for Milvus Lite 3, too, which Windows gets."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.servers.process import missing

ROOT = Path(__file__).resolve().parents[3]
LEFT_OUT = (
    "test_lite_faults.py",
    "test_lite_service.py",
    "test_milvus_lite_file.py",
    "test_milvus_lite_3.py",
    "test_milvus_server.py",
)
"""What is about the files of Milvus Lite 2, and servers."""


@pytest.mark.slow
def test_all_of_it_with_milvus_lite_3():
    folder = Path(os.environ.get("MILVUS_LITE_3") or ROOT / "build" / "lite3")
    python = folder / "bin" / "python"
    if not python.is_file():
        missing(f"no environment with Milvus Lite 3 in {folder}: `make build/lite3/installed` makes one")
    chosen = ["-m", "not slow", "-k", "not memory"]  # the store in memory is the same there
    left_out = [f"--ignore=tests/stores/vectors/{name}" for name in LEFT_OUT]
    done = subprocess.run(
        [python, "-m", "pytest", "tests/stores/vectors", *chosen, "-p", "no:cacheprovider", *left_out],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-5000:]
