"""A real Milvus 2.3.5, standalone, from the PyPI package `milvus`, for tests."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest
from filelock import FileLock

from tests.servers.process import ServerProcess, free_port, listens, missing
from towhee_recsys.config.milvus import AccessConfig
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.milvus.server import server_client

PASSWORD = "Milvus"
"""The password of the user root; Milvus' own default."""

ETCD = 2379
"""A port of Milvus' that is fixed."""

_PREPARE = """
import sys
from milvus import MilvusServerConfig, _initialize_data_files
folder, unpacked, port = sys.argv[1:]
config = MilvusServerConfig(data_dir=folder, proxy_port=port)
config.set("authorization_enabled", True)
config.resolve()
_initialize_data_files(unpacked)
"""
"""Writes the configuration file and unpacks the programs, which takes longer than a start: once for all servers.

The package's own `milvus-server` is not run: after a crash it would choose another port, and a Milvus that dies would
leave it waiting.
"""

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
    """Milvus that requires a password, with its data in `folder`. Only one runs on a machine at a time: others wait."""

    def __init__(self, folder: Path):
        environment, self.port = _environment(), free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.url = f"http://root:{PASSWORD}@{self.address}"
        self._prepare = [
            environment / "bin" / "python",
            "-c",
            _PREPARE,
            folder,
            environment / "unpacked",
            str(self.port),
        ]
        settings = _QUICK | {"DEPLOY_MODE": "STANDALONE", "METRICS_PORT": free_port()}
        programs = environment / "unpacked" / "bin"
        libraries = {"LD_LIBRARY_PATH": programs, "DYLD_LIBRARY_PATH": programs}
        command = ["env", *(f"{name}={value}" for name, value in (settings | libraries).items()), programs / "milvus"]
        super().__init__([*command, "run", "standalone"], self._answers, folder, patience=180)
        self._alone = FileLock(Path(tempfile.gettempdir()) / "towhee_recsys-milvus.lock", timeout=1800)

    def start(self) -> None:
        """Starts it and waits until it answers; the first time once no other tests on this machine have a Milvus."""
        if not self._alone.is_locked:
            self._alone.acquire()
            if listens(ETCD):
                pytest.fail(f"port {ETCD} is taken: end the Milvus or etcd that runs there")
            subprocess.run(self._prepare, check=True, capture_output=True)
        super().start()

    def close(self) -> None:
        """Ends it for good, and lets others have theirs."""
        self.kill()
        self._alone.release()

    def _answers(self) -> bool:
        try:
            server_client(self.url, AccessConfig(timeout=2), self.address).close()
        except StoreError:
            return False
        return True


def _environment() -> Path:
    """The virtual environment with the package: `MILVUS_SERVER`, else build/milvus, which the Makefile makes."""
    folder = Path(os.environ.get("MILVUS_SERVER") or Path(__file__).resolve().parents[2] / "build" / "milvus")
    if (folder / "bin" / "milvus-server").is_file():
        return folder
    missing(f"no Milvus server in {folder}: `make build/milvus/bin/milvus-server` makes one, on Linux x86_64 and macOS")
