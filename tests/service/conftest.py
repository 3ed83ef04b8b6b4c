"""The service of the sample: within this process, and as a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.servers.service import ServiceProcess
from towhee_recsys.config import Config, load_config
from towhee_recsys.pipelines import index_pipeline
from towhee_recsys.service import create_app

TOKEN = "a-token-of-the-tests"


@pytest.fixture(scope="session")
def stored(sample_config: Config, sample_bundle: Any) -> Callable[..., Config]:
    """Makes configs of the trained sample with a new index and stores in a folder."""

    def stored(folder: Path, **changes: Any) -> Config:
        uri, catalogue = str(folder / "movies.db"), f"sqlite:///{folder / 'movies.sqlite'}"
        config = load_config(sample_config, **{"milvus.uri": uri, "catalogue": catalogue, **changes})
        index_pipeline(config)()
        return config

    return stored


@pytest.fixture(scope="session")
def service_config(stored: Callable[..., Config], tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A config whose stores the tests of this session share: each uses users of its own."""
    return stored(tmp_path_factory.mktemp("service"))


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
def served(stored: Callable[..., Config], tmp_path: Path) -> Iterator[Callable[..., ServiceProcess]]:
    """Starts services as processes, each with stores of its own in the folder of this test."""
    with ExitStack() as stack:

        def served(*options: str, **settings: Any) -> ServiceProcess:
            folder = tmp_path / f"service-{len(list(tmp_path.iterdir()))}"
            folder.mkdir()
            service = ServiceProcess(stored(folder, **settings), folder, *options)
            stack.callback(service.close)
            service.start()
            return service

        yield served
