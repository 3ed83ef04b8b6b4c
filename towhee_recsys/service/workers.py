"""Several processes that accept connections on one socket."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from socket import socket
from typing import Any

from towhee_recsys.errors import StoreError

log = logging.getLogger(__name__)

SHORT = 10.0
"""Seconds: a process that ends sooner would do so again."""


def run_workers(work: Callable[..., None], listening: socket, settings: tuple[Any, ...], count: int) -> None:
    """Runs `count` processes that call `work(listening, *settings)` until SIGTERM or Ctrl-C; replaces those that die.

    Raises:
        StoreError: a process ended by itself just after its start.
    """
    arguments = (listening, *settings)
    processes = [_started(work, arguments) for _ in range(count)]
    try:
        with suppress(KeyboardInterrupt):
            while True:
                wait([process.sentinel for process, _ in processes])
                processes = [_replaced(*each, work, arguments) for each in processes]
    finally:
        listening.close()  # or nobody would answer what is accepted for this process
        for process, _ in processes:
            process.terminate()
        for process, _ in processes:
            process.join()


def _replaced(
    process: SpawnProcess, since: float, work: Callable[..., None], arguments: tuple[Any, ...]
) -> tuple[SpawnProcess, float]:
    if process.exitcode is None:
        return process, since
    if time.monotonic() - since < SHORT:
        raise StoreError(f"a process of the service ended at its start, with {process.exitcode}; see the lines above.")
    log.error("the process %s ended with %s; another one starts", process.pid, process.exitcode)
    return _started(work, arguments)


def _started(work: Callable[..., None], arguments: tuple[Any, ...]) -> tuple[SpawnProcess, float]:
    process = get_context("spawn").Process(target=work, args=arguments, daemon=True)
    process.start()
    return process, time.monotonic()
