"""A trained and indexed sample, and a way to run commands on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from towhee_recsys.cli import commands
from towhee_recsys.cli.errors import exit_code_of
from towhee_recsys.config import Config
from towhee_recsys.config.references import expand_env


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(capfd: Any) -> Run:
    def run_command(*arguments: str) -> Ran:
        capfd.readouterr()
        code = exit_code_of(commands, [*arguments])
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return run_command


@pytest.fixture(scope="session")
def on_sample(sample_config: Config, sample_bundle: Any) -> list[str]:
    """The options that make a command use the session's sample, which is trained and indexed."""
    from towhee_recsys import index_pipeline

    index_pipeline(sample_config)()
    settings = {
        "model.dir": sample_config.model.dir,
        "model.embedding_size": 32,
        "milvus.uri": expand_env(sample_config.milvus.uri),
        "catalogue": sample_config.catalogue,
    }
    return ["-c", "sample", *(part for key, value in settings.items() for part in ("--set", f"{key}={value}"))]
