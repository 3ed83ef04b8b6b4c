"""The process that Milvus Lite runs behind a file: how it is started and ended."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import weakref
from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

LIBRARY_PATHS = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")

WAIT = 10.0
"""Seconds in which a service must listen."""


@cache
def keeps_folders() -> bool:
    """Whether Milvus Lite is version 3, which Windows gets: what it calls a file is a folder."""
    return int(version("milvus-lite").split(".")[0]) >= 3


def start_service(path: Path) -> None:
    """Starts it, unless it runs. Nothing is raised: the client tries again, and reports what is wrong."""
    if keeps_folders():  # version 3 has another way to start, and does not wait for itself
        return
    with suppress(Exception):
        _services().start_and_get_uri(str(path))


def end_service(path: Path) -> None:
    """Ends it, where this process has started it; else it runs as long as this process."""
    with suppress(ImportError):
        import_module("milvus_lite.server_manager").server_manager_instance.release_server(str(path))


@cache
def _services() -> Any:
    """The manager of Milvus Lite's services in this process, replaced by our own."""
    import fcntl

    from milvus_lite import server_manager

    class Service(server_manager.Server):
        """Milvus Lite's service, ready as soon as it listens (the original waits for half a second), in its own home.

        A service creates and removes ~/.cache/milvus: of two with the same home, one answers only with "Mmap manager
        has not been init", which it prints to stdout, too.
        """

        def start(self) -> bool:
            self._lock_fd = open(self._lock_path, "a")  # noqa: SIM115 (the service ends when the lock is released)
            try:
                fcntl.lockf(self._lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            libraries = {name: f"{self._bin_path}:{os.environ.get(name, '')}" for name in LIBRARY_PATHS}
            environment = os.environ | libraries | {"HOME": self._home()}
            self._p = subprocess.Popen(self.args, env=environment, cwd=self._work_dir, stdout=subprocess.DEVNULL)
            return self._listens()

        def _home(self) -> str:
            """A folder that the service makes if it needs it; those of killed processes are removed."""
            homes = self._work_dir / f".{self._db_file.name}.homes"
            shutil.rmtree(homes, ignore_errors=True)
            weakref.finalize(self, _remove, homes, os.getpid())
            return str(homes / str(os.getpid()))

        def _listens(self) -> bool:
            end = time.monotonic() + WAIT
            while time.monotonic() < end and self._p.poll() is None:
                with suppress(FileNotFoundError, ConnectionRefusedError), socket.socket(socket.AF_UNIX) as trial:
                    trial.connect(self._uds_path)
                    return True
                time.sleep(0.005)
            return False

    server_manager.Server = Service
    return server_manager.server_manager_instance


def _remove(homes: Path, process: int) -> None:
    if os.getpid() == process:  # else it is a fork that ends
        shutil.rmtree(homes, ignore_errors=True)
