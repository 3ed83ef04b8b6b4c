"""A Milvus Lite file: what may be one, and how it is opened."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from threading import Thread
from typing import Any

from filelock import FileLock, Timeout

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.milvus.connection import without_sparse
from towhee_recsys.stores.vectors.milvus.errors import cause
from towhee_recsys.stores.vectors.milvus.lite_service import end_service, keeps_folders, start_service

WAIT = 5.0
"""Seconds to wait for another process that has the file open: as long as a command may take."""

_NO_PINGS = {"grpc.keepalive_time_ms": 2**31 - 1, "grpc.keepalive_permit_without_calls": 0}
"""The service behind a file is on this machine; it calls pymilvus' pings too many, and closes the connection."""


class LiteFiles:
    """The Milvus Lite files that a process has open, each with its client and its lock."""

    def __init__(self) -> None:
        self._clients: dict[Path, Any] = {}
        self._locks: dict[Path, FileLock] = {}

    def client(self, path: Path, uri: str, timeout: float) -> Any:
        """The client of a file, made once; parent folders are made. Raises StoreError for what is no such file.

        A message shows `uri`, as it was written: what it is expanded to may be a secret.
        """
        if path not in self._clients:
            check_file(path, uri)
            self._clients[path] = self._open(path, uri, timeout)
        return self._clients[path]

    def _open(self, path: Path, uri: str, timeout: float) -> Any:
        lock = self._locks[path] = FileLock(f"{path}.lock", timeout=WAIT, thread_local=False)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire()
            _wait_for_milvus_lite(path)
            return lite_client(path, timeout)
        except (OSError, Timeout, StoreError) as error:
            lock.release()
            why = "another process has it open" if isinstance(error, Timeout) else cause(error)
            raise StoreError(
                f"the Milvus Lite file {uri!r} cannot be opened: {why}. One process at a time can have it open, "
                "and it must be writable: end the other process, or name another file in milvus.uri."
            ) from error


def check_file(path: Path, uri: str) -> None:
    """Raises StoreError when there cannot be a Milvus Lite file at `path`; nothing is opened or made."""
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,33}\.db", path.name):
        raise StoreError(
            f"milvus.uri {uri!r}: Milvus Lite takes a file name of letters, digits, '.', '_' and '-' "
            "that ends in .db and has at most 36 characters."
        )
    here = ("file", "folder")[keeps_folders()]
    if path.is_dir() if here == "file" else path.is_file():
        other = ("file", "folder")[here == "file"]
        raise StoreError(f"milvus.uri {uri!r} is a {other}; Milvus Lite here wants a {here}. Name another.")
    if any(folder.is_file() for folder in path.parents):
        raise StoreError(f"milvus.uri {uri!r} lies below a file, not in a folder. Name another.")
    if path.exists() and not (_is_lites_folder(path) if here == "folder" else _is_sqlite(path, uri)):
        raise StoreError(f"milvus.uri {uri!r} is a {here}, but none of Milvus Lite. Name another.")


def _is_lites_folder(path: Path) -> bool:
    return (path / "LOCK").exists() or not any(path.iterdir())


def _is_sqlite(path: Path, uri: str) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(15) in (b"", b"SQLite format 3")
    except OSError as error:
        raise StoreError(f"milvus.uri {uri!r} cannot be read: {error.strerror}. Name another file.") from error


def lite_client(path: Path, timeout: float) -> Any:
    """A client of its own for a file; Milvus Lite's service starts while pymilvus is imported, which takes longer.

    Raises StoreError.
    """
    starting = Thread(target=start_service, args=(path,))
    starting.start()
    from pymilvus import MilvusClient
    from pymilvus.exceptions import MilvusException

    without_sparse()
    starting.join()
    try:
        return MilvusClient(str(path), timeout=timeout, grpc_options=_NO_PINGS)
    except MilvusException as error:
        end_service(path)  # the next try would find it, and it would not answer
        raise StoreError(cause(error)) from error


def close_client(path: Path, client: Any) -> None:
    """Closes what `lite_client` made, and ends the service behind it."""
    client.close()
    end_service(path)


def _wait_for_milvus_lite(path: Path) -> None:
    """Waits until no process has `path` open; one that Milvus Lite has to turn away takes the other's lock with it.

    Our own lock is not enough: a service of Milvus Lite outlives its process for a moment. Raises Timeout.
    """
    own = path.with_name(f".{path.name}.lock")
    if sys.platform == "win32" or not own.exists():
        return
    import fcntl

    end = time.monotonic() + WAIT
    with own.open("a") as file:
        while True:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > end:
                    raise Timeout(str(own)) from None
                time.sleep(0.1)
