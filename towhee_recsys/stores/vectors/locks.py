"""Locks on the builds that this process fills: other processes leave them alone."""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field

import numpy as np
from filelock import FileLock

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.lease import Lease
from towhee_recsys.support.forks import new_lock
from towhee_recsys.support.process_locks import lock_file, process_lock, unlock


@dataclass(eq=False)
class BuildWriter:
    """A build that is being filled.

    Attributes:
        is_new: Whether this process created it, and therefore knows its ids.
        writing: Held by the thread that writes to it.
        lock: What keeps other processes away; None where no lock file can be made.
    """

    is_new: bool = False
    lock: FileLock | None = None
    writing: AbstractContextManager[bool] = field(default_factory=new_lock)
    _runs: list[np.ndarray] = field(default_factory=list)  # sorted, each longer than the next, so that they are few

    def lacks(self, ids: np.ndarray) -> bool:
        """Whether none of `ids` can be there yet; from now on they may. 8 bytes an id are kept."""
        if not self.is_new or not len(ids):
            return False
        # Equal hashes of texts only cost a look into the store; they are not kept beyond this process.
        keys = ids if ids.dtype == np.int64 else np.fromiter(map(hash, ids), np.int64, len(ids))
        run = np.sort(keys)
        lacks = not any((each[np.searchsorted(each, run) % len(each)] == run).any() for each in self._runs)
        while self._runs and len(self._runs[-1]) <= len(run):
            run = np.sort(np.concatenate([self._runs.pop(), run]), kind="stable")
        self._runs.append(run)
        return lacks


class BuildLocks:
    """The builds that one process fills, by name. A process that ends holds none of them any more.

    Processes of this machine are kept away from a build by a lock file; those of others, by the lease, from the index.
    """

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._writers: dict[str, BuildWriter] = {}

    def acquire(self, build: str, is_new: bool = False) -> bool:
        """Makes the build this process' to fill; False where another process of this machine, or this one, has it.

        A new one is acquired in any case: where no lock file can be made, no other process will resume it.

        Raises:
            StoreError: another process has the lease of the index, or the store fails.
        """
        lock = process_lock(build)
        if lock is None and not is_new:
            return False
        try:
            self._lease.hold(build)
        except StoreError:
            unlock(lock)
            raise
        self._writers[build] = BuildWriter(is_new, lock)
        return True

    def release(self, build: str) -> None:
        """Releases a build; unless it went live, the next index run can resume it."""
        with suppress(OSError):
            lock_file(build).unlink(missing_ok=True)
        writer = self._writers.pop(build, None)
        if writer and writer.lock:
            writer.lock.release()
        self._lease.release(build)

    def owns(self, build: str) -> bool:
        """Whether this process fills the build: until it went live, was dropped or released."""
        return build in self._writers

    def writer(self, build: str) -> BuildWriter:
        """The state of the build in this process; an empty one for a build that this process does not fill."""
        return self._writers.get(build) or BuildWriter()
