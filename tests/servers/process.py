"""A server's process, to be started, stopped, killed and frozen at will."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest

BUSY = 15.0
"""Seconds after its deadline in which a call must have ended, however busy other tests keep the cores."""


class ServerProcess:
    """A server that `command` starts in the folder `cwd`; it is up once `ready()` is true. Its output is in server.log.

    It leads a process group of its own, so that a wrapper's children live, freeze and die with it.
    """

    def __init__(self, command: Sequence[str | Path], ready: Callable[[], bool], cwd: Path, patience: float = 60):
        self._command, self._ready, self._cwd, self._patience = [str(part) for part in command], ready, cwd, patience
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process_id(self) -> int:
        """The id of its process, which runs."""
        assert self._process is not None, "it does not run"
        return self._process.pid

    def start(self) -> None:
        """Starts it where it does not run, and waits until it is ready, `patience` seconds at most."""
        if self._process is None:
            with (self._cwd / "server.log").open("ab") as log:
                self._process = subprocess.Popen(
                    self._command,
                    cwd=self._cwd,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        end = time.monotonic() + self._patience
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > end:
                self.kill()
                log_end = (self._cwd / "server.log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{self._command[0]} did not start:\n{log_end}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Asks it to end, and kills it after 20 seconds; a frozen one is thawed for that."""
        self._end(signal.SIGTERM, 20)

    def close(self) -> None:
        """Stops it for good."""
        self.stop()

    def kill(self) -> None:
        """Ends it at once, as a crash does."""
        self._end(signal.SIGKILL, 20)

    def freeze(self) -> None:
        """It keeps its connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Continues it after `freeze`."""
        self._signal(signal.SIGCONT)

    def restart(self) -> None:
        """Restarts it with the same data and port."""
        self.stop()
        self.start()

    def _end(self, how: signal.Signals, seconds: float) -> None:
        if self._process is None:
            return
        self._signal(how)
        self.thaw()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        self._signal(signal.SIGKILL)  # whatever of the group is left
        self._process.wait()
        self._process = None

    def _signal(self, which: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, which)


def free_port() -> int:
    """A loopback port without a listener."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody accepts connections at a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def program(name: str, package: str) -> Path:
    """Where a server's program is; without it the test is skipped, and fails where `CI` is set."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin")
    return Path(found) if found else missing(f"{name} is not installed; Debian has it in {package}")


def missing(reason: str) -> NoReturn:
    """Skips the test for want of a server; fails it where `CI` is set."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
