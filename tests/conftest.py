"""Shared fixtures: a small model trained once on the sample, MovieLens where it is available, no network access."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from towhee_recsys.config import Config, load_config

if TYPE_CHECKING:
    from tests.servers.certificates import Certificates
    from tests.servers.mariadb import MariadbServer
    from tests.servers.milvus import MilvusServer
    from tests.servers.redis import RedisServer
    from towhee_recsys.bundle import Bundle

settings.register_profile("no deadline", deadline=None)  # no test asserts how long something takes
settings.load_profile("no deadline")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Marks tests with a Milvus server: they mostly wait, so `make test` runs them in parallel with the others."""
    if "milvus_server" in getattr(item, "fixturenames", ()):
        item.add_marker("milvus")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts slow tests first where several workers share them: one that came last would keep the others waiting."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def sample_config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The sample's config with a small model; everything is written to a folder of this session."""
    folder = tmp_path_factory.mktemp("sample")
    return load_config(
        "sample",
        model={"dir": str(folder / "model"), "embedding_size": 32},
        milvus={"uri": str(folder / "movies.db")},
        catalogue=f"sqlite:///{folder / 'movies.sqlite'}",
        training={"epochs": 16, "batch_size": 100, "learning_rate": 0.01, "device": "cpu"},
    )


@pytest.fixture(scope="session")
def sample_bundle(sample_config: Config) -> Bundle:
    """The bundle of `sample_config`, trained well enough to know the planted tastes."""
    from towhee_recsys.training import train

    return train(sample_config)


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample's items, its first 60 users and their ratings."""
    from towhee_recsys.data.sample import SAMPLE_DIR

    folder = tmp_path_factory.mktemp("small")
    (folder / "movies.dat").write_bytes((SAMPLE_DIR / "movies.dat").read_bytes())
    for name in ("users.dat", "ratings.dat"):
        lines = (SAMPLE_DIR / name).read_bytes().splitlines(keepends=True)
        (folder / name).write_bytes(b"".join(line for line in lines if line < b"10061"))
    return folder


@pytest.fixture(scope="session")
def small_config_in(small_data: Path) -> Callable[..., Config]:
    """Makes configs that train in a moment, into a folder; takes overrides such as "training.epochs=1"."""

    def small_config_in(folder: Path, *overrides: str) -> Config:
        return load_config(
            dataset={"name": "own", "path": str(small_data), "strict": True},
            model={"dir": str(folder / "model"), "embedding_size": 8},
            training={"epochs": 4, "batch_size": 16, "learning_rate": 0.01, "warmup_steps": 2, "device": "cpu"},
            overrides=overrides,
        )

    return small_config_in


@pytest.fixture
def small_config(small_config_in: Callable[..., Config], tmp_path: Path) -> Callable[..., Config]:
    """`small_config_in` for the folder of this test."""
    return partial(small_config_in, tmp_path)


@pytest.fixture(scope="session")
def small_bundle(small_config_in: Callable[..., Config], tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The bundle of an undisturbed training of `small_config()`. Copy it before changing its files."""
    from towhee_recsys.training import train

    return train(small_config_in(tmp_path_factory.mktemp("small-model")))


@pytest.fixture(scope="session")
def indexed_config(sample_config: Config, sample_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The trained sample's config, with an index and a catalogue that tests may read but not change."""
    from towhee_recsys.pipelines import index_pipeline

    folder = tmp_path_factory.mktemp("indexed")
    stores = {"milvus": {"uri": str(folder / "movies.db")}, "catalogue": f"sqlite:///{folder / 'movies.sqlite'}"}
    config = load_config(sample_config, **stores)
    index_pipeline(config)()
    return config


@pytest.fixture(scope="session")
def sure_config(sample_config: Config, sample_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The indexed sample, of a model with the planted variances of `tests.variances`; tests may not change it."""
    from tests.variances import plant_variances
    from towhee_recsys.pipelines import index_pipeline

    folder = tmp_path_factory.mktemp("sure")
    shutil.copytree(sample_bundle.directory, folder / "model")
    plant_variances(folder / "model")
    config = load_config(
        sample_config,
        overrides=[f"model.dir={folder / 'model'}"],
        milvus={"uri": str(folder / "movies.db")},
        catalogue=f"sqlite:///{folder / 'movies.sqlite'}",
    )
    index_pipeline(config)()
    return config


@pytest.fixture(scope="session")
def unsure_config(small_config_in: Callable[..., Config], tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A small model without a teacher, which does not know how sure its predicted ratings are, and its index."""
    from towhee_recsys.pipelines import index_pipeline
    from towhee_recsys.training import train

    folder = tmp_path_factory.mktemp("unsure")
    stores = {"milvus": {"uri": str(folder / "movies.db")}, "catalogue": f"sqlite:///{folder / 'movies.sqlite'}"}
    config = load_config(small_config_in(folder, "training.teacher=none"), **stores)
    train(config)
    index_pipeline(config)()
    return config


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """The certificates of servers for TLS, and of the authority that signed them."""
    from tests.servers.certificates import Certificates

    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def redis_server(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A real Redis. A test that stops it must start it again, and must not rely on its content."""
    from tests.servers.redis import RedisServer

    with closing(RedisServer(tmp_path_factory.mktemp("redis"), certificates)) as server:
        server.start()
        yield server


@pytest.fixture(scope="session")
def mariadb_server(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariadbServer]:
    """A real MariaDB, with the same rules as Redis."""
    from tests.servers.mariadb import MariadbServer

    with closing(MariadbServer(tmp_path_factory.mktemp("mariadb"), certificates)) as server:
        server.start()
        yield server


@pytest.fixture(scope="session")
def milvus_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    """A real Milvus, with the same rules as Redis."""
    from tests.servers.milvus import MilvusServer

    with closing(MilvusServer(tmp_path_factory.mktemp("milvus"))) as server:
        server.start()
        yield server


@pytest.fixture(scope="session")
def ml1m_dir() -> Path:
    """The folder with MovieLens 1M: `ML1M_DIR`, else shared/data/ml-1m beside the checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data" / "ml-1m"
    folder = Path(os.environ.get("ML1M_DIR") or beside)
    if not (folder / "ratings.dat").is_file():
        stop = pytest.fail if os.environ.get("CI") else pytest.skip
        stop(f"no MovieLens 1M in {folder}; set ML1M_DIR to its folder")
    return folder


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """Refuses every connection of Python's that would leave the machine."""

    def guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
        def connect_if_local(self: socket.socket, address: Any) -> Any:
            if not _is_local(self.family, address):
                raise RuntimeError(f"a test tried to connect to {address!r}: only loopback and unix sockets are open")
            return connect(self, address)

        return connect_if_local

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
        yield


def _is_local(family: int, address: Any) -> bool:
    if family not in (socket.AF_INET, socket.AF_INET6):
        return family == getattr(socket, "AF_UNIX", None)
    host = address[0]
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
