from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from towhee_recsys.bundle import Bundle
from towhee_recsys.config import Config, load_config
from towhee_recsys.pipelines import index_pipeline


@pytest.fixture(scope="session")
def indexed_config(sample_config: Config, sample_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The trained sample's config, with an index and a catalogue of this folder's own."""
    folder = tmp_path_factory.mktemp("indexed")
    stores = {"milvus": {"uri": str(folder / "movies.db")}, "catalogue": f"sqlite:///{folder / 'movies.sqlite'}"}
    config = load_config(sample_config, **stores)
    index_pipeline(config)()
    return config


@pytest.fixture
def run(tmp_path: Path) -> Callable[[str], str]:
    """Runs a script in a process of its own, which has 20 seconds, and gives what it prints."""

    def run(script: str) -> str:
        command = [sys.executable, "-W", "ignore", "-c", script]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=20)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
