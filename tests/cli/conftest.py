"""A trained and indexed sample, and a way to run commands on it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
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
def run(capfd: Any) -> Iterator[Run]:
    """Runs a command as a process would: it logs to this test's stderr, and leaves logging as it was."""
    logger = logging.getLogger("towhee_recsys")
    handlers, propagate, level = logger.handlers, logger.propagate, logger.level
    logger.handlers, logger.propagate = [], True  # pytest would add a handler to one that does not propagate

    def run_command(*arguments: str) -> Ran:
        capfd.readouterr()
        code = exit_code_of(commands, [*arguments])
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    yield run_command
    logger.handlers, logger.propagate = handlers, propagate
    logger.setLevel(level)


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
