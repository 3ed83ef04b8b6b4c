from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from towhee_recsys import index_pipeline, load_config, train
from towhee_recsys.bundle import Bundle, replace_bundle
from towhee_recsys.config import Config


@pytest.fixture(scope="module")
def models(small_config_in, tmp_path_factory) -> list[Bundle]:
    """Two models that differ by their seed. To change their files, make copies."""
    folders = [tmp_path_factory.mktemp(f"seed-{seed}") for seed in range(2)]
    return [train(small_config_in(folder, "training.epochs=1", f"seed={s}")) for s, folder in enumerate(folders)]


@pytest.fixture
def config(small_config: Callable[..., Config], tmp_path: Path) -> Config:
    """A config whose folder and stores are this test's."""
    stores = {"milvus": {"uri": str(tmp_path / "movies.db")}, "catalogue": f"sqlite:///{tmp_path / 'movies.sqlite'}"}
    return load_config(small_config(), **stores)


@pytest.fixture
def serve(config: Config) -> Callable[[Bundle], str]:
    """Puts a model into `model.dir`, as a training does, and indexes it; gives the build."""

    def serve(model: Bundle) -> str:
        replace_bundle(config.model.dir, lambda folder: shutil.copytree(model.directory, folder, dirs_exist_ok=True))
        return index_pipeline(config)().get()[0].build

    return serve
