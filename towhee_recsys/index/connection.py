"""One Milvus client a file, and errors that say what is wrong with it."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from towhee_recsys.config import expand_env
from towhee_recsys.errors import StoreError

TIMEOUT = 30.0
"""Seconds for one call; without it Milvus Lite tries a bad request 75 times."""

WAIT = 5.0
"""Seconds to wait for another process that has the file open: as long as a command may take."""

_clients: dict[Path, Any] = {}
_locks: dict[Path, FileLock] = {}
_lock = threading.Lock()


def connect(uri: str) -> Any:
    """The client for a Milvus Lite file, made once a process; parent folders are made.

    Raises StoreError for what is no such file, or one that cannot be opened.
    """
    path = _path(uri)
    with _lock:
        if path not in _clients:
            _check(path, uri)
            _clients[path] = _open(path, uri)
        return _clients[path]


def check_uri(uri: str) -> None:
    """Raises StoreError when `uri` cannot be a Milvus Lite file; nothing is opened or made."""
    _check(_path(uri), uri)


@contextmanager
def milvus_errors(doing: str) -> Iterator[None]:
    """Turns what Milvus or its transport raise into a StoreError that says what was being done."""
    import grpc
    from pymilvus import MilvusException

    try:
        yield
    except (MilvusException, grpc.RpcError) as error:
        raise StoreError(f"Milvus failed at {doing}: {_cause(error)}") from error


def _path(uri: str) -> Path:
    """The file at `uri`; a message shows the uri as it was written, for what it is expanded to may be a secret."""
    kind, server, _ = (full := expand_env(uri)).partition("://")
    if server:
        raise StoreError(f"milvus.uri {kind}://... is no Milvus Lite file. Give a path that ends in .db.")
    return Path(full).expanduser().resolve()


def _check(path: Path, uri: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,33}\.db", path.name):
        raise StoreError(
            f"milvus.uri {uri!r}: Milvus Lite takes a file name of letters, digits, '.', '_' and '-' "
            "that ends in .db and has at most 36 characters."
        )
    if sys.platform != "win32" and path.is_dir():
        raise StoreError(f"milvus.uri {uri!r} is a folder; Milvus Lite here wants a file. Name another.")
    if any(folder.is_file() for folder in path.parents):
        raise StoreError(f"milvus.uri {uri!r} lies below a file, not in a folder. Name another.")
    if path.is_file() and not _is_sqlite(path, uri):
        raise StoreError(f"milvus.uri {uri!r} is a file, but none of Milvus Lite. Name another.")


def _is_sqlite(path: Path, uri: str) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(15) in (b"", b"SQLite format 3")
    except OSError as error:
        raise StoreError(f"milvus.uri {uri!r} cannot be read: {error.strerror}. Name another file.") from error


def _open(path: Path, uri: str) -> Any:
    from pymilvus import MilvusClient
    from pymilvus.exceptions import MilvusException

    lock = _locks[path] = FileLock(f"{path}.lock", timeout=WAIT, thread_local=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        _wait_for_milvus_lite(path)
        return MilvusClient(str(path), timeout=TIMEOUT)
    except (MilvusException, OSError, Timeout) as error:
        lock.release()
        raise StoreError(
            f"the Milvus Lite file {uri!r} cannot be opened: {_cause(error)}. One process at a time can have it open, "
            "and it must be writable: end the other process, or name another file in milvus.uri."
        ) from error


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


def _cause(error: Exception) -> str:
    if isinstance(error, Timeout):
        return "another process has it open"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    text = getattr(error, "message", None) or (error.details() if hasattr(error, "details") else str(error))
    return str(text).strip().split("\n")[0] or type(error).__name__
