"""The service of the sample: within this process, and as a process of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.servers.service import ServiceProcess
from towhee_recsys.config import Config, dump_config, load_config
from towhee_recsys.pipelines import index_pipeline
from towhee_recsys.service import create_app


def stored_in(folder: Path, config: Config, **changes: Any) -> Config:
    """`config` with stores in a folder."""
    uri, catalogue = str(folder / "movies.db"), f"sqlite:///{folder / 'movies.sqlite'}"
    return load_config(config, **{"milvus.uri": uri, "catalogue": catalogue, **changes})


def index_in_a_process(config: Config, folder: Path) -> None:
    """Indexes as another process, since only one can have a Milvus Lite file open."""
    file = folder / "config.yaml"
    file.write_text(dump_config(config), encoding="utf-8")
    command = [sys.executable, "-m", "towhee_recsys", "index", "-q", "-c", str(file)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def service_config(sample_config: Config, sample_bundle: Any, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A config whose stores the tests of this session share: each uses users of its own."""
    config = stored_in(tmp_path_factory.mktemp("service"), sample_config)
    index_pipeline(config)()
    return config


@pytest.fixture(scope="session")
def indexed_folder(sample_config: Config, sample_bundle: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the stores of the sample, to be copied."""
    folder = tmp_path_factory.mktemp("indexed-for-services")
    index_in_a_process(stored_in(folder, sample_config), folder)
    return folder


@pytest.fixture(scope="session")
def client(service_config: Config) -> Iterator[TestClient]:
    """A client of the app within this process."""
    with TestClient(create_app(service_config), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def client_of(service_config: Config) -> Iterator[Callable[..., TestClient]]:
    """Makes clients of apps with other settings, such as `{"serve.max_body": 2000}`."""
    with ExitStack() as stack:

        def client_of(**settings: Any) -> TestClient:
            app = create_app(load_config(service_config, **settings))
            return stack.enter_context(TestClient(app, base_url="http://127.0.0.1"))

        yield client_of


@pytest.fixture
def served(sample_config: Config, indexed_folder: Path, tmp_path: Path) -> Iterator[Callable[..., ServiceProcess]]:
    """Starts services as processes, each with stores of its own in the folder of this test."""
    with ExitStack() as stack:

        def served(*options: str, **settings: Any) -> ServiceProcess:
            folder = tmp_path / "service"
            shutil.copytree(indexed_folder, folder)
            config = stored_in(folder, sample_config, **settings)
            if "catalogue" in settings or "milvus.uri" in settings:
                index_in_a_process(config, folder)
            service = ServiceProcess(config, folder, *options)
            stack.callback(service.close)
            service.start()
            return service

        yield served
