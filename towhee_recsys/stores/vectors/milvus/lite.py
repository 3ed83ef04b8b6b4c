"""A Milvus Lite file: what may be one, and how it is opened."""

from __future__ import annotations

import errno
import os
import re
import sys
import time
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.milvus.errors import cause
from towhee_recsys.stores.vectors.milvus.lite_faults import LOCKED, FileError, fault
from towhee_recsys.stores.vectors.milvus.lite_file import LiteFile
from towhee_recsys.stores.vectors.milvus.lite_service import keeps_folders

WAIT = 3.0
"""Seconds that another process may have had the file open before it is waited for no more."""


class LiteFiles:
    """The Milvus Lite files that a process has open, each with its lock."""

    def __init__(self) -> None:
        self._files: dict[Path, LiteFile] = {}
        self._locks: dict[Path, FileLock] = {}

    def file(self, path: Path, uri: str, timeout: float) -> LiteFile:
        """A file, opened once; parent folders are made. Raises StoreError for what is no such file.

        A message shows `uri`, as it was written: what it is expanded to may be a secret.
        """
        if path not in self._files:
            check_file(path, uri)
            self._files[path] = self._open(path, uri, timeout)
        return self._files[path]

    def _open(self, path: Path, uri: str, timeout: float) -> LiteFile:
        lock = self._locks[path] = FileLock(f"{path}.lock", thread_local=False)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=_time_to_wait(path))
            _wait_for_milvus_lite(path)
            file = LiteFile(path, timeout)
            file.running()
            return file
        except (OSError, Timeout, FileError) as error:
            lock.release()
            why = _why(error, path)
        raise StoreError(f"the Milvus Lite file {uri!r} cannot be opened: {why}.")  # alone, without what caused it


def _why(error: Exception, path: Path) -> str:
    if isinstance(error, Timeout):
        return LOCKED if Path(error.lock_file).exists() else fault(os.strerror(errno.EPERM), path)
    return fault(cause(error), path) if isinstance(error, OSError) else str(error)


def _time_to_wait(path: Path) -> float:
    """Seconds to wait for another process: a short command ends soon, one that runs longer than that keeps the file."""
    try:
        age = time.time() - _lock_of_milvus_lite(path).stat().st_mtime
    except OSError:
        return WAIT
    return min(max(WAIT - age, 0.0), WAIT)


def check_file(path: Path, uri: str) -> None:
    """Raises StoreError when there cannot be a Milvus Lite file at `path`; nothing is opened or made."""
    try:
        _check_file(path, uri)
    except OSError as error:
        raise StoreError(f"milvus.uri {uri!r} cannot be read: {error.strerror}. Name another file.") from None


def _check_file(path: Path, uri: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,33}\.db", path.name):
        raise StoreError(
            f"milvus.uri {uri!r}: Milvus Lite takes a file name of letters, digits, '.', '_' and '-' "
            "that ends in .db and has at most 36 characters."
        )
    with suppress(FileNotFoundError, NotADirectoryError):
        path.stat()  # what follows takes a loop of links for a file that is not there
    here = ("file", "folder")[keeps_folders()]
    if path.is_dir() if here == "file" else path.is_file():
        other = ("file", "folder")[here == "file"]
        raise StoreError(f"milvus.uri {uri!r} is a {other}; Milvus Lite here wants a {here}. Name another.")
    if here == "file" and path.exists() and not path.is_file():
        raise StoreError(f"milvus.uri {uri!r} is a device, a pipe or a socket; Milvus Lite wants a file. Name another.")
    if any(folder.is_file() for folder in path.parents):
        raise StoreError(f"milvus.uri {uri!r} lies below a file, not in a folder. Name another.")
    if path.exists() and not (_is_lites_folder(path) if here == "folder" else _is_sqlite(path)):
        raise StoreError(f"milvus.uri {uri!r} is a {here}, but none of Milvus Lite. Name another.")


def _is_lites_folder(path: Path) -> bool:
    return (path / "LOCK").exists() or not any(path.iterdir())


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(15) in (b"", b"SQLite format 3")


def _wait_for_milvus_lite(path: Path) -> None:
    """Waits until no process has `path` open; one that Milvus Lite has to turn away takes the other's lock with it.

    Our own lock is not enough: a service of Milvus Lite outlives its process for a moment. Raises Timeout.
    """
    own = _lock_of_milvus_lite(path)
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


def _lock_of_milvus_lite(path: Path) -> Path:
    return path.with_name(f".{path.name}.lock")
