"""The process that Milvus Lite runs behind a file, as an object: its socket, its log, its home and its end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
import warnings
import weakref
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.milvus.lite_faults import LOCKED

warnings.filterwarnings("ignore", "pkg_resources is deprecated", module="milvus_lite")  # of no use to a user

LIBRARY_PATHS = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")

WAIT = 10.0
"""Seconds in which a service must listen."""

LONGEST_SOCKET = 100
"""Bytes that the path of a socket may have: 107 on Linux, 103 on macOS."""

LOG_READ = 65536
"""Bytes of the log that are read at most: what matters is in its first lines."""


@cache
def service_class() -> Any:
    """The class of services; made when it is needed, for Milvus Lite 3 lacks what it extends."""
    import fcntl

    from milvus_lite.server import Server

    class Service(Server):
        """Milvus Lite's service, ready as soon as it listens (the original waits for half a second), in its own home.

        A service creates and removes ~/.cache/milvus: of two with the same home, one answers only with "Mmap manager
        has not been init", which it prints to stdout, too.
        """

        log_level = "ERROR"  # the environment variable LOG_LEVEL could keep failed writes out of the log

        def __init__(self, file: str) -> None:
            super().__init__(file)
            self._owner = os.getpid()
            self._uds_path = _socket_path(self._db_file.name)
            self._log = _log_file()
            self._lock_fd: Any = None

        def start(self) -> bool:
            self._lock_fd = open(self._lock_path, "a")  # noqa: SIM115 (the service ends when the lock is released)
            try:
                fcntl.lockf(self._lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self._lock_fd = self._lock_fd.close()  # it is another process', and stays
                raise StoreError(LOCKED) from None
            libraries = {name: f"{self._bin_path}:{os.environ.get(name, '')}" for name in LIBRARY_PATHS}
            environment = os.environ | libraries | {"HOME": self._home()}
            self._p = subprocess.Popen(
                self.args,
                env=environment,
                cwd=self._work_dir,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                restore_signals=False,  # else a limit on the size of files would kill it
            )
            return self._listens()

        def stop(self) -> None:
            """Ends it at once: what it has acknowledged is in the file. In a forked process nothing happens."""
            if os.getpid() != self._owner or self._lock_fd is None:
                return
            self._lock_fd = self._lock_fd.close()
            if self._p is not None:
                with suppress(PermissionError, subprocess.TimeoutExpired):  # of another user, it ends by the lock
                    self._p.kill()
                    self._p.wait(WAIT)
            for path in (self._uds_path, self._lock_path):
                with suppress(OSError):
                    os.unlink(path)

        def ended(self) -> bool:
            """Whether it has ended."""
            return self._p.poll() is not None if os.getpid() == self._owner else not self._answers()

        def exit_code(self) -> int | None:
            """Its exit code, below 0 the signal that killed it; None while it runs, and in a forked process."""
            code: int | None = self._p.returncode
            return code

        def pid(self) -> int:
            """The number of its process."""
            return int(self._p.pid)

        def log_size(self) -> int:
            """Bytes that it has logged so far."""
            return os.fstat(self._log.fileno()).st_size

        def logged(self, start: int) -> str:
            """What it has logged after the first `start` bytes."""
            return os.pread(self._log.fileno(), LOG_READ, start).decode(errors="replace").strip()

        def _home(self) -> str:
            """A new folder that the service makes if it needs it; those of killed processes are removed."""
            homes = self._work_dir / f".{self._db_file.name}.homes"
            shutil.rmtree(homes, ignore_errors=True)
            home = homes / uuid4().hex  # of its own: the next service of this process may run when this is removed
            weakref.finalize(self, _remove, home, os.getpid())
            return str(home)

        def _listens(self) -> bool:
            end = time.monotonic() + WAIT
            while time.monotonic() < end and self._p.poll() is None:
                if self._answers():
                    return True
                time.sleep(0.005)
            return False

        def _answers(self) -> bool:
            with suppress(FileNotFoundError, ConnectionRefusedError), socket.socket(socket.AF_UNIX) as trial:
                trial.connect(self._uds_path)
                return True
            return False

    return Service


def _socket_path(name: str) -> str:
    """A new path for a socket: in the folder for temporary files, or in /tmp where that has too long a path."""
    usual = f"{tempfile.mktemp()}_{name}.sock"  # nothing but the service makes a socket of it
    if len(os.fsencode(usual)) <= LONGEST_SOCKET:
        return usual
    return f"{tempfile.mktemp(dir='/tmp')}_{name}.sock"


def _log_file() -> Any:
    """A file without a name; where the system can, in memory, so that a full disk does not keep a message out of it."""
    with suppress(AttributeError, OSError):
        return os.fdopen(os.memfd_create("milvus-lite-log"), "w+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)


def _remove(home: Path, process: int) -> None:
    if os.getpid() == process:  # else it is a fork that ends
        shutil.rmtree(home, ignore_errors=True)
        with suppress(OSError):
            home.parent.rmdir()  # unless another home is there
