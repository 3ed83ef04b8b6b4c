"""The lease of an index in a shared store: processes that build in it go one after the other."""

from __future__ import annotations

import os
import re
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from typing import Any

from filelock import FileLock

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.protocol import VectorStore
from towhee_recsys.support.forks import new_lock, renew_in_child
from towhee_recsys.support.process_locks import lock_file, process_lock, unlock

SECONDS = 60.0
"""How long a lease lasts that its process no longer renews."""

LOOKS, PAUSE = 4, 0.25
"""How often one of two processes that began at once looks for the other, and the seconds in between."""


class Lease:
    """The right of one process to build in an index of a shared store; any other store needs none.

    It is a record in the store with its owner and the time at which it expires, which a thread extends. A store cannot
    compare and write in one step: a process writes its own record first, then reads those of the others. Of two that
    begin at once each sees the other, and one of them gives way. Clocks of machines must agree within some seconds.

    Safe under threads: it is held for as long as one of them needs it. A lease whose process ended without releasing it
    is taken over at once on the same machine, and when it expires on another one.
    """

    def __init__(self, store: VectorStore, collection: str, seconds: float = SECONDS):
        self._store, self._collection, self._seconds = store, collection, seconds
        self._kind = f"{collection}__lease"  # no index has records of that collection
        self._changing = new_lock()
        self._lock: FileLock | None = None
        self._start()
        renew_in_child(self, Lease._start)

    def _start(self) -> None:
        """The state of a process that has no lease; of a forked one, which is another owner."""
        self._owner, self._since, self._expires = secrets.token_hex(8), 0.0, 0.0
        self._needs: set[str] = set()
        self._stop = threading.Event()
        self._lock_of_parent, self._lock = self._lock, None  # unreferenced, it would be released for the parent, too

    @contextmanager
    def held(self, need: str) -> Iterator[None]:
        """Within its block the lease is held.

        Raises:
            StoreError: another process has it, or has taken it over; or the store fails.
        """
        self.hold(need)
        try:
            yield
        finally:
            self.release(need)

    def hold(self, need: str) -> None:
        """Holds the lease until `need` is released, and whatever else of this process needs it.

        Raises:
            StoreError: another process has it, or has taken it over; or the store fails.
        """
        if not self._store.shared:
            return
        with self._changing:
            if self._needs:
                self._check()
            else:
                self._take()
            self._needs.add(need)

    def must_be_held(self) -> None:
        """Checks that this process still has the lease, if it needs one.

        Raises:
            StoreError: it has lost the lease, or the store fails.
        """
        with self._changing:
            if self._needs:
                self._check()

    def release(self, need: str) -> None:
        """Releases what `hold` was called for; anything else is ignored. Raises nothing: a lease expires."""
        with self._changing:
            if need in self._needs:
                self._needs.remove(need)
                if not self._needs:
                    self._give_back()

    def _take(self) -> None:
        self._lock, self._since = process_lock(_lock_of(self._owner)), time.time()
        try:
            self._write()
        except StoreError:
            unlock(self._lock)
            raise
        try:
            self._wait_for_others()
        except BaseException:
            self._give_back()
            raise
        self._stop = threading.Event()
        threading.Thread(target=self._renew, args=(self._stop,), daemon=True).start()

    def _wait_for_others(self) -> None:
        """Raises StoreError where another process has the lease; of two that begin at once, one finds itself alone."""
        for look in range(1, LOOKS + 1):
            others = [each for each in self._records() if each["owner"] != self._owner]
            holders = [each for each in others if not self._took_over(each)]
            if not holders:
                return
            first = min(holders, key=lambda each: each["owner"])
            if first["owner"] < self._owner or look == LOOKS:
                raise StoreError(self._refusal(first))
            time.sleep(PAUSE)

    def _took_over(self, record: Mapping[str, Any]) -> bool:
        """Removes the record of a lease that has expired, or whose process on this machine has ended.

        Returns whether it was such a record.
        """
        lock = _lock_of_ended(str(record["owner"]))
        if lock is None and record["expires"] > time.time():
            return False
        self._forget(record["build"], lock)
        return True

    def _forget(self, name: str, lock: FileLock | None) -> None:
        """Removes a record, then its lock file: while the record is there, the file shows that its process ended."""
        try:
            self._store.forget_records({name})
        except BaseException:
            if lock:
                lock.release()
            raise
        unlock(lock)

    def _check(self) -> None:
        if time.time() >= self._expires or all(each["owner"] != self._owner for each in self._records()):
            raise StoreError(
                f"{self._store.where}: this process has lost its lease of the index {self._collection!r}: it could not "
                f"renew it for {self._seconds:g} seconds, and another process may build there. The live index is as it "
                "was; index again when no other process does."
            )

    def _give_back(self) -> None:
        self._stop.set()
        with suppress(StoreError):
            self._forget(self._name, self._lock)
        self._lock = None

    def _renew(self, stop: threading.Event) -> None:
        """Extends the lease before it expires; after that, another process may have taken it over."""
        while not stop.wait(self._seconds / 4):
            with self._changing, suppress(StoreError):
                if not stop.is_set() and time.time() < self._expires - self._seconds / 4:
                    self._write()

    def _write(self) -> None:
        expires = time.time() + self._seconds
        owner = {"owner": self._owner, "host": socket.gethostname(), "process": os.getpid()}
        times = {"since": self._since, "expires": expires}
        self._store.write_record({"collection": self._kind, "build": self._name, **owner, **times})
        self._expires = expires

    @property
    def _name(self) -> str:
        return f"{self._kind}_{self._owner}"

    def _records(self) -> list[Mapping[str, Any]]:
        return list(self._store.read_records(self._kind).all)

    def _refusal(self, other: Mapping[str, Any]) -> str:
        return (
            f"{self._store.where}: process {other['process']} on {other['host']} has been indexing "
            f"{self._collection!r} since {_shown(other['since'])}, with a lease until {_shown(other['expires'])} "
            "that it renews while it works. Let it end, then index again. If it is gone already, the lease can be "
            "taken over at that time."
        )


def _lock_of_ended(owner: str) -> FileLock | None:
    """The lock of an owner of this machine whose process has ended, held by this process; else None."""
    if not re.fullmatch("[0-9a-f]{16}", owner) or not lock_file(_lock_of(owner)).exists():  # it comes from the store
        return None
    return process_lock(_lock_of(owner))


def _lock_of(owner: str) -> str:
    return f"lease-{owner}"


def _shown(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
