"""A real Milvus 2.3.5, standalone, from the PyPI package `milvus`, for tests."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from random import randrange

from filelock import FileLock

from tests.servers.process import ServerProcess, listens, missing
from towhee_recsys.config.milvus import AccessConfig
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.milvus.server import server_client
from towhee_recsys.support.urls import split_url

PASSWORD = "Milvus"
"""The password of the user root; Milvus' own default."""

_ETCD = """
listen-client-urls: http://127.0.0.1:0
listen-peer-urls: http://127.0.0.1:0
"""
"""The configuration file of the etcd inside Milvus: any free ports, so that several servers run on one machine."""

_PREPARE = """
import sys
from milvus import MilvusServerConfig, _initialize_data_files
folder, unpacked, *ports = sys.argv[1:]
config = MilvusServerConfig(data_dir=folder, **dict(port.split("=") for port in ports))
config.set("authorization_enabled", True)
config.resolve()
_initialize_data_files(unpacked)
"""
"""Writes the configuration file and unpacks the programs, which takes longer than a start: once for all servers.

The package's own `milvus-server` is not run: after a crash it would choose another port, and a Milvus that dies would
leave it waiting.
"""

_PORTS = [
    "proxy_port",
    "proxy_internal_port",
    "root_coord_port",
    "data_coord_port",
    "data_node_port",
    "query_coord_port",
    "query_node_port",
    "index_node_port",
    "metrics_port",  # only in the environment
]
"""The ports that Milvus listens on, as its package calls them."""

_QUICK = {
    "queryCoord_checkChannelInterval": 100,  # of the 3 seconds that a collection takes to load, these three save one
    "queryCoord_checkSegmentInterval": 100,
    "queryCoord_distPullInterval": 100,
    "common_session_ttl": 10,  # after a crash Milvus waits so many seconds for its former self
    "common_gracefulStopTimeout": 1,
    "proxy_timeTickInterval": 50,  # a strong read waits for the next tick
}
"""Settings of Milvus' by which tests wait less."""


class MilvusServer(ServerProcess):
    """Milvus that requires a password, with its data in `folder`. Several can run at once, on ports of their own."""

    def __init__(self, folder: Path):
        environment, ports = _environment(), _free_ports(len(_PORTS))
        _prepare(environment, folder, ports)
        self.port = ports[0]
        self.address = f"127.0.0.1:{self.port}"
        self.url = f"http://root:{PASSWORD}@{self.address}"
        programs = environment / "unpacked" / "bin"
        settings = _QUICK | {
            "DEPLOY_MODE": "STANDALONE",
            "METRICS_PORT": ports[-1],
            "MILVUS_RUN_DIR": folder,
            "etcd_config_path": folder / "etcd.yaml",
            "LD_LIBRARY_PATH": programs,
            "DYLD_LIBRARY_PATH": programs,
        }
        command = ["env", *(f"{name}={value}" for name, value in settings.items()), programs / "milvus"]
        super().__init__([*command, "run", "standalone"], self._answers, folder, patience=180)

    def close(self) -> None:
        """Ends it for good, without waiting for what a crash would lose."""
        self.kill()

    def _answers(self) -> bool:
        try:
            server_client(split_url(self.url), AccessConfig(timeout=2), self.address).close()
        except StoreError:
            return False
        return True


def _environment() -> Path:
    """The virtual environment with the package: `MILVUS_SERVER`, else build/milvus, which the Makefile makes."""
    folder = Path(os.environ.get("MILVUS_SERVER") or Path(__file__).resolve().parents[2] / "build" / "milvus")
    if (folder / "bin" / "milvus-server").is_file():
        return folder
    missing(f"no Milvus server in {folder}: `make build/milvus/bin/milvus-server` makes one, on Linux x86_64 and macOS")


def _prepare(environment: Path, folder: Path, ports: Sequence[int]) -> None:
    """Writes a server's configuration files, and unpacks the programs where no other server has: one at a time."""
    (folder / "etcd.yaml").write_text(_ETCD, encoding="utf-8")
    named = [f"{name}={port}" for name, port in zip(_PORTS, ports, strict=True)]
    command = [environment / "bin" / "python", "-c", _PREPARE, folder, environment / "unpacked", *named]
    with FileLock(environment / "unpacked.lock"):
        subprocess.run(command, check=True, capture_output=True)


def _free_ports(count: int) -> range:
    """Ports that nobody listens on. The system gives outgoing connections higher ones: a restart finds its own free."""
    while True:
        first = randrange(10_000, 30_000)
        ports = range(first, first + count)
        if not any(listens(port) for port in ports):
            return ports
