"""Locks that a process of this machine holds until it releases them or ends, whatever ends it."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout


def process_lock(name: str) -> FileLock | None:
    """The lock of that name, held by this process; None where it is held already, or no lock file can be made."""
    lock = FileLock(lock_file(name), timeout=0, thread_local=False)
    try:
        lock.acquire()
    except (OSError, Timeout):
        return None
    return lock


def unlock(lock: FileLock | None) -> None:
    """Releases a lock and removes its file; does nothing for None."""
    if lock:
        with suppress(OSError):
            Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


def lock_file(name: str) -> Path:
    """The file of a lock; `name` must be one that may be a part of a file's name."""
    return Path(tempfile.gettempdir(), f"towhee_recsys-{name}.lock")
