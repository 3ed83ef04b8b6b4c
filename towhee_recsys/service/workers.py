"""Several processes that accept connections on one socket."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from socket import socket
from tempfile import TemporaryDirectory
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from towhee_recsys.errors import StoreError
from towhee_recsys.service.metrics import SHARED

log = logging.getLogger(__name__)

SHORT = 10.0
"""Seconds: a process that ends sooner would do so again."""


class Workers:
    """Processes that call `work(listening, *settings)`; those that die are replaced."""

    def __init__(self, work: Callable[..., None], listening: socket, settings: tuple[Any, ...]):
        self._work, self._listening, self._settings = work, listening, settings
        self._processes: dict[SpawnProcess, float] = {}

    def run(self, count: int) -> None:
        """Runs `count` processes until SIGTERM or Ctrl-C, and ends them then.

        Raises:
            StoreError: a process ended by itself just after its start.
        """
        with TemporaryDirectory(prefix="towhee-recsys-metrics-") as figures:
            os.environ[SHARED] = figures
            try:
                with suppress(KeyboardInterrupt):
                    while True:
                        while len(self._processes) < count:
                            self._start()
                        wait([process.sentinel for process in self._processes])
                        self._forget_dead()
            finally:
                self._end()

    def _start(self) -> None:
        process = get_context("spawn").Process(target=self._work, args=(self._listening, *self._settings), daemon=True)
        process.start()
        self._processes[process] = time.monotonic()

    def _forget_dead(self) -> None:
        for process in [each for each in self._processes if each.exitcode is not None]:
            lived = time.monotonic() - self._processes.pop(process)
            mark_process_dead(process.pid)
            if lived < SHORT:
                raise StoreError(f"a process of the service ended at once, with {process.exitcode}; see above why.")
            log.error("the process %s ended with %s; another one starts", process.pid, process.exitcode)

    def _end(self) -> None:
        self._listening.close()  # or nobody would answer what is accepted for this process
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()
