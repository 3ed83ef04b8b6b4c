"""The builds that this process fills: other processes of this machine leave them alone meanwhile."""

from __future__ import annotations

import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout


class Filling:
    """A build that is being filled; `writing` is held by whoever writes to it.

    Of one that this process `began` it knows the ids that are there, 8 bytes each.
    """

    def __init__(self, began: bool = False, lock: FileLock | None = None):
        self.writing, self.lock, self._began = threading.Lock(), lock, began
        self._runs: list[np.ndarray] = []  # sorted, each longer than the next, so that few are looked into

    def lacks(self, ids: np.ndarray) -> bool:
        """Whether none of `ids` int64[n] can be there yet; from now on they may."""
        if not self._began or not len(ids):
            return False
        run = np.sort(ids)
        lacks = not any((each[np.searchsorted(each, run) % len(each)] == run).any() for each in self._runs)
        while self._runs and len(self._runs[-1]) <= len(run):
            run = np.sort(np.concatenate([self._runs.pop(), run]), kind="stable")
        self._runs.append(run)
        return lacks


_claimed: dict[str, Filling] = {}
"""The builds that this process fills, with the locks that tell others. A process that ends, however, holds none."""


def claim(build: str, began: bool = False) -> bool:
    """Makes the build this process' to fill; False where another process of this machine, or this one, has it.

    One that it `began` it has at once: where there is no place for locks, nobody will go on with it meanwhile.
    """
    lock = FileLock(_lock_of(build), timeout=0, thread_local=False)
    try:
        lock.acquire()
    except (OSError, Timeout):
        if not began:
            return False
        _claimed[build] = Filling(began)
    else:
        _claimed[build] = Filling(began, lock)
    return True


def release(build: str) -> None:
    """Lets a build go, so that the next indexing can go on with it, where it did not go live and is there."""
    with suppress(OSError):
        _lock_of(build).unlink(missing_ok=True)
    filling = _claimed.pop(build, None)
    if filling and filling.lock:
        filling.lock.release()


def is_ours(build: str) -> bool:
    """Whether this process fills the build: it does until it went live, was dropped or released."""
    return build in _claimed


def filling_of(build: str) -> Filling:
    """What this process knows of the build; of one that it does not fill that is nothing."""
    return _claimed.get(build) or Filling()


def _lock_of(build: str) -> Path:
    return Path(tempfile.gettempdir(), f"towhee_recsys-{build}.lock")
