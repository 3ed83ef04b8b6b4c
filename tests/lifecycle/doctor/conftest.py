from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from towhee_recsys import Config, examine, index_pipeline, load_config
from towhee_recsys.bundle import Bundle
from towhee_recsys.lifecycle.doctor import Finding
from towhee_recsys.stores.vectors import VectorIndex, index_of


@pytest.fixture
def config(small_config: Callable[..., Config], small_bundle: Bundle, tmp_path: Path) -> Config:
    """A config whose folder and stores are this test's, with a model in it."""
    stores = {"milvus": {"uri": str(tmp_path / "movies.db")}, "catalogue": f"sqlite:///{tmp_path / 'movies.sqlite'}"}
    shutil.copytree(small_bundle.directory, tmp_path / "model")
    return load_config(small_config(), **stores)


@pytest.fixture
def indexed(config: Config) -> Config:
    """The same with an index and a catalogue."""
    index_pipeline(config)()
    return config


@pytest.fixture
def index(indexed: Config) -> VectorIndex:
    return index_of(indexed.milvus)


@pytest.fixture
def found() -> Callable[..., dict[str, Finding]]:
    """What the doctor finds, by its checks."""
    return lambda *given, **more: {each.check: each for each in examine(*given, **more)}
