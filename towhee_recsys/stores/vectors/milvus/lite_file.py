"""A Milvus Lite file that this process has open: its service and the client on it, started again when need be."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.milvus.connection import without_sparse
from towhee_recsys.stores.vectors.milvus.errors import cause
from towhee_recsys.stores.vectors.milvus.lite_faults import (
    DAMAGED,
    FileError,
    fault,
    fault_in,
    is_cut_short,
)
from towhee_recsys.stores.vectors.milvus.lite_service import end_service, keeps_folders, start_service
from towhee_recsys.support.forks import new_lock
from towhee_recsys.support.paths import file_identity

_NO_PINGS = {"grpc.keepalive_time_ms": 2**31 - 1, "grpc.keepalive_permit_without_calls": 0}
"""The service behind a file is on this machine; it calls pymilvus' pings too many, and closes the connection."""


@dataclass(frozen=True, eq=False)
class Running:
    """A service that runs, with the client on it."""

    client: Any
    service: Any
    """None for Milvus Lite 3, which runs in this process."""
    identity: tuple[int, int] | None
    """Which file it has open."""

    def has_ended(self) -> bool:
        """Whether the service has ended; where a connection broke, that shows within a moment."""
        return self.service is not None and self.service.ended()

    def log_size(self) -> int:
        """Bytes that it has logged so far."""
        return self.service.log_size() if self.service else 0

    def logged(self, start: int) -> str:
        """What it has logged after the first `start` bytes."""
        return self.service.logged(start) if self.service else ""


class LiteFile:
    """One file. Safe under threads: those that find the service ended at the same time get the same new one."""

    def __init__(self, path: Path, timeout: float):
        self.path, self._timeout, self._owner = path, timeout, os.getpid()
        self._running: Running | None = None
        self._lock = new_lock()

    def running(self) -> Running:
        """The service, started if it does not run. Raises FileError with the fault and its remedy."""
        return self._running or self._replaced(None)

    def restarted(self, ended: Running) -> Running:
        """The service after `ended`, which has ended: one that another thread has started, or a new one."""
        return self._replaced(ended)

    def is_current(self, running: Running) -> bool:
        """Whether no other service has taken the place of that one, and it was not ended."""
        return self._running is running

    def end(self, running: Running | None) -> None:
        """Ends that service, unless another one has taken its place; the next call starts one."""
        with self._lock:
            if self._running is running:
                self._close()

    def close(self) -> None:
        """Ends the service, if there is one."""
        self.end(self._running)

    def _replaced(self, ended: Running | None) -> Running:
        with self._lock:
            if self._running is ended or self._running is None:
                if os.getpid() != self._owner:
                    raise FileError(
                        f"its service has ended, and belongs to process {self._owner}, of which this one was forked. "
                        "Fork before the first call, or start processes by `spawn`"
                    )
                self._close()
                self._running = self._start()
            return self._running

    def _close(self) -> None:
        running, self._running = self._running, None
        if running and os.getpid() == self._owner:
            with suppress(Exception):  # the connection may be broken
                running.client.close()
            end_service(self.path)

    def _start(self) -> Running:
        if not keeps_folders() and self.path.exists() and is_cut_short(self.path):
            raise FileError(DAMAGED)
        try:
            client, service = _started(self.path, self._timeout)
        except (OSError, RuntimeError, StoreError) as error:
            text = cause(error) if isinstance(error, OSError) else str(error)
            raise FileError(fault_in(text, self.path, None) or fault(text, self.path)) from None
        return Running(client, service, file_identity(self.path))


def _started(path: Path, timeout: float) -> tuple[Any, Any]:
    """A client and the service, which starts while pymilvus is imported, for that takes longer.

    Raises StoreError, OSError.
    """
    started: list[Any] = []
    starting = Thread(target=_start_service, args=(path, started))
    starting.start()
    from pymilvus import MilvusClient
    from pymilvus.exceptions import MilvusException

    without_sparse()
    starting.join()
    if isinstance(started[0], Exception):
        raise started[0]
    address = f"unix:{started[0]._uds_path}" if started[0] else str(path)
    try:
        client = MilvusClient(address, timeout=timeout, dedicated=True, grpc_options=_NO_PINGS)
    except MilvusException as error:
        if started[0]:
            end_service(path)
        raise StoreError(cause(error)) from error
    client._handler._on_rpc_error = _raised  # pymilvus would repeat what fails for as long as `timeout`
    return client, started[0]


def _start_service(path: Path, started: list[Any]) -> None:
    try:
        started.append(None if keeps_folders() else start_service(path))
    except ImportError as error:
        started.append(StoreError(f"milvus-lite is not installed as it should be: {error}. Install it again"))
    except Exception as error:
        started.append(error)


def _raised(error: Exception) -> bool:
    raise error
