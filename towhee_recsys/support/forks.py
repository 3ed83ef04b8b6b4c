"""What a forked process inherits from threads that it does not have: locks are free there, and no call is under way."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LONGEST_CALL = 5.0
"""Seconds that a fork waits for the calls under way."""

_locks: weakref.WeakSet[Any] = weakref.WeakSet()


def new_lock(reentrant: bool = False) -> Any:
    """A `threading.Lock`, or an `RLock`, that is free in a forked process, whichever thread held it."""
    lock = threading.RLock() if reentrant else threading.Lock()
    _locks.add(lock)
    return lock


class Calls:
    """Calls of a library that a fork must not interrupt: a fork waits until those under way have ended.

    gRPC hangs in a process that was forked while another thread was in it.
    """

    def __init__(self) -> None:
        self._change = threading.Condition(threading.Lock())
        self._under_way, self._forking = 0, False
        self.interrupted = False
        """Whether this process was forked while a call was under way, one that did not end in time."""
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._before, after_in_parent=self._after, after_in_child=self._in_child)

    @contextmanager
    def call(self) -> Iterator[None]:
        """Meanwhile no fork happens, unless this takes too long."""
        with self._change:
            while self._forking:
                self._change.wait()
            self._under_way += 1
        try:
            yield
        finally:
            with self._change:
                self._under_way -= 1
                self._change.notify_all()

    def _before(self) -> None:
        end = time.monotonic() + LONGEST_CALL
        with self._change:
            while self._forking:  # another thread forks
                self._change.wait()
            self._forking = True
            while self._under_way and (left := end - time.monotonic()) > 0:
                self._change.wait(left)

    def _after(self) -> None:
        with self._change:
            self._forking = False
            self._change.notify_all()

    def _in_child(self) -> None:
        self.interrupted = self.interrupted or self._under_way > 0
        self._change = threading.Condition(threading.Lock())
        self._under_way, self._forking = 0, False


def _free_locks() -> None:
    for lock in list(_locks):
        lock._at_fork_reinit()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_free_locks)
