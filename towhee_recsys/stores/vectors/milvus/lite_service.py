"""How the process that Milvus Lite runs behind a file is started and ended.

Milvus Lite acknowledges rows that it could not write, and says so in its log alone. So its log is read after each call.
"""

from __future__ import annotations

import signal
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.milvus.lite_process import WAIT, service_class


@cache
def keeps_folders() -> bool:
    """Whether Milvus Lite is version 3, which Windows gets: it keeps folders, and runs in this process."""
    return int(version("milvus-lite").split(".")[0]) >= 3


def start_service(path: Path) -> Any:
    """Starts the service behind `path`, which must not run, and waits until it listens.

    Raises StoreError with what it logged, when it ends or does not listen; OSError when it cannot be started.
    """
    service = service_class()(str(path))
    if not service.start():
        log = service.logged(0)
        service.stop()
        raise StoreError(log or f"its service did not start within {WAIT:g} seconds")
    with _manager()._lock:  # a client of pymilvus' own on the file shares it
        _manager()._servers[str(path)] = service
    return service


def end_service(path: Path) -> None:
    """Ends the service behind `path`, if this process has started one."""
    if keeps_folders():
        _manager().release_server(str(path))
        return
    with _manager()._lock:
        if service := _manager()._servers.pop(str(path), None):
            service.stop()


def _manager() -> Any:
    from milvus_lite import server_manager

    return server_manager.server_manager_instance


def how_ended(code: int | None) -> str:
    """How a process has ended, by its exit code, where it is known."""
    if code is None:
        return "ended by another thread"
    if code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"
